/** Asking to become a member of a network, and answering those who ask. */
export { type Applicant, applicants, type JoinAsking, tellNodes } from './asking.ts';
export { DESK_LIMITS, deskOf, type JoinCall, JoinDesk, withDesk } from './desk.ts';
export type { JoinAnswer } from './formats.ts';
export {
  checkJoin,
  checkRefusal,
  JOIN_LIMITS,
  type JoinRequest,
  joinBytes,
  joinSignature,
  type Refusal,
  signJoin,
  signRefusal,
} from './request.ts';
