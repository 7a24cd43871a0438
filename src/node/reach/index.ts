/** Whether strangers can reach a node: asked of peers, and answered to them. */
export { askReachability, portIn, whileGreeting } from './asking.ts';
export { DIAL_BACK_LIMITS, DialBack, greet, ipIn, withDialBack } from './dial-back.ts';
