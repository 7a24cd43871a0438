/** What a node asks of the core inside it. */
import type { BatchId, NodeId, Subject } from '../base/index.ts';
import type { JudgedSubject, SubjectSnapshot, Validator } from '../core/index.ts';
import type { EvidenceMessage, OpeningsMessage } from '../wire/index.ts';
import type { Core } from './runner/index.ts';

/** What a core tells of itself, whichever it is. */
export type CoreView = {
  readonly core: Core;
  readonly subjects: () => readonly SubjectSnapshot[];
  /** Batches that are not closed. */
  readonly batches: () => readonly BatchId[];
  readonly judged: () => readonly JudgedSubject[];
  /** A leaf that this node answered, if it is a provider. */
  readonly opening: (subject: Subject) => OpeningsMessage | undefined;
  readonly evidence: () => ReadonlyMap<NodeId, EvidenceMessage>;
  /** [SET-2] */
  readonly membership: Pick<Validator, 'chain' | 'assembly'>;
};
