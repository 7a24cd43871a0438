/** Does the work of `assay network requests` and `refuse`. */
import { AssayError } from '../../../base/index.ts';
import {
  type Applicant,
  applicants,
  JOIN_LIMITS,
  signRefusal,
  tellNodes,
} from '../../../node/index.ts';
import type { Answer } from '../../io.ts';
import { requestNamed } from './change.ts';
import { type OperatorValues, withOperator } from './operating.ts';
import { amountText, shortId } from './wording.ts';

const ASK_MS = 30_000;

/** Lists who wants to be a member. @throws what opening the operator throws */
export async function answerRequests(values: OperatorValues): Promise<Answer> {
  return await withOperator(values, async ({ operator }) => {
    const signal = AbortSignal.any([values.io.signal, AbortSignal.timeout(ASK_MS)]);
    const all = await applicants(operator.asking(signal));
    const { modelById } = operator.head.state.network;
    const models = ({ request }: Applicant): readonly string[] =>
      request.role === 'validator' ? request.models.map((id) => modelById.get(id)?.name ?? id) : [];
    const json = all.map((each) => ({
      ...{ id: each.request.id, role: each.request.role, stake: each.request.stake.toString() },
      ...{ askedAtMs: each.request.atMs, addresses: each.request.addresses },
      ...{ models: models(each), knownTo: each.knownTo },
      ...(each.refusal === undefined ? {} : { refused: each.refusal.reason }),
    }));
    const lines = all.flatMap((each) => applicantLines(each, models(each)));
    const next = ['', 'Admit one of them:', `  assay network admit ID --dir ${values.dir}`];
    return {
      json: { requests: json },
      lines: all.length === 0 ? ['Nobody asks to become a member.'] : [...lines, ...next],
    };
  });
}

/** Tells somebody who asked that it is not admitted. @throws AssayError no-request, bad-reason */
export async function answerRefuse(
  values: OperatorValues & { readonly who: string; readonly reason: string },
): Promise<Answer> {
  const { reason } = values;
  if (!/^[\x20-\x7e]+$/.test(reason) || reason.length > JOIN_LIMITS.reasonChars) {
    throw new AssayError({
      code: 'bad-reason',
      message: `a reason has 1 to ${JOIN_LIMITS.reasonChars} characters of ASCII`,
      where: '--reason',
      remedy: 'Write it shorter, or in plain letters.',
    });
  }
  return await withOperator(values, async ({ operator, signer }) => {
    const signal = AbortSignal.any([values.io.signal, AbortSignal.timeout(ASK_MS)]);
    const asking = operator.asking(signal);
    const { id } = requestNamed(await applicants(asking), values.who);
    const signed = signRefusal(asking.network.id, { id, reason, atMs: Date.now() }, signer);
    const answers = await tellNodes(asking, { method: 'refuse', signed });
    const kept = answers.filter(({ outcome }) => outcome === 'kept').length;
    return {
      json: { id, reason, knownTo: kept },
      lines: [`${shortId(id)} refused; ${kept} nodes tell it so.`],
    };
  });
}

function applicantLines(
  { request, refusal, knownTo }: Applicant,
  models: readonly string[],
): readonly string[] {
  const { id, role, stake, atMs, addresses } = request;
  const holds = models.length === 0 ? '' : `, ${models.join(', ')}`;
  const asked = new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');
  return [
    id,
    `  ${role}, wishes for ${amountText(stake)}${holds}; asked ${asked}, known to ${knownTo} nodes`,
    ...addresses.map((address) => `  ${address}`),
    ...(refusal === undefined ? [] : [`  refused: ${refusal.reason}`]),
  ];
}
