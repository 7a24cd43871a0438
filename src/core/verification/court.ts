/**
 * All drawn leaves that one node follows: it owns their states and applies to them what becomes
 * known. The rules themselves stand in the functions beside it.
 */
import {
  assert,
  equalBytes,
  type NodeId,
  type Subject,
  type SubjectKey,
  subjectKey,
  type TimeMs,
} from '../../base/index.ts';
import type { BundleEntry, CertificateMessage, Opening, OutputMessage } from '../../wire/index.ts';
import { measurementFits } from '../../wire/index.ts';
import { drawingRound, type Milestone } from '../calendar.ts';
import { publishDue, takeCertificate, tally } from '../certificate/exchange.ts';
import type { Context } from '../context.ts';
import { EARLY_ROUNDS_MAX, type Early } from '../early.ts';
import type { CoreEvent } from '../events.ts';
import { entryEvidence } from '../evidence/evidence.ts';
import { ACCEPTED, ignored, type Judgement, rejected } from '../judgement.ts';
import type { Patience } from '../patience.ts';
import { type Batch, samplingRound } from '../sampling/batch.ts';
import { decide, isChallenged } from '../tally/decision.ts';
import { CalendarBook } from './calendar-book.ts';
import { recheckReveals, updateChallenge } from './challenge.ts';
import { subjectsOf } from './drawn.ts';
import { judgedSubject } from './judged.ts';
import { addCommit, addReveal, createLevel, type EntryOutcome, isSameReveal } from './level.ts';
import { isOutputOf, readOpening } from './opening.ts';
import { abstain, commitTo, type Participation, progress } from './progress.ts';
import { type EntrySource, type LevelState, Levels, type SubjectState } from './state.ts';
import { Turns } from './turns.ts';

type VotingEntry = Exclude<BundleEntry, { kind: 'ack' }>;

export type CourtOptions = {
  readonly participation: Participation;
  readonly patience: Patience;
};

export class Court {
  readonly #context: Context;
  readonly #participation: Participation;
  readonly #patience: Patience;
  readonly #subjects = new Map<SubjectKey, SubjectState>();
  readonly #calendars = new CalendarBook();
  readonly #turns = new Turns();
  /** Subjects that became known after their calendar, shared with others, had passed a level. */
  #late: SubjectState[] = [];

  constructor(context: Context, { participation, patience }: CourtOptions) {
    this.#context = context;
    this.#participation = participation;
    this.#patience = patience;
  }

  get(subject: Subject): SubjectState | undefined {
    return this.#subjects.get(subjectKey(subject));
  }

  all(): Iterable<SubjectState> {
    return this.#subjects.values();
  }

  /** Opens a subject for each drawn leaf of `batch` and starts level 0. */
  open(batch: Batch): void {
    const first = samplingRound(batch.header);
    for (const { subject, key } of subjectsOf(batch)) {
      const state: SubjectState = {
        subject,
        key,
        batch,
        manifest: batch.manifest,
        calendar: this.#calendars.of(this.#context, batch.manifest, first),
        lastLevel: batch.draws.lastLevel(batch),
        levels: new Levels(),
        current: -1,
        opened: undefined,
        output: undefined,
        decision: undefined,
        isUnresolved: false,
      };
      this.#subjects.set(state.key, state);
      this.#calendars.enter(state);
      this.#context.report({ kind: 'subject-drawn', subject });
      this.#startLevel(state, 0);
      if (state.calendar.hasPassed(0, 'settle')) this.#late.push(state);
    }
  }

  /** [SAMPLE-2] Takes the opening of a drawn leaf. */
  takeOpening(batch: Batch, opening: Opening): Judgement {
    const state = this.get({ batch: batch.id, index: opening.index });
    // only drawn leaves are opened [SAMPLE-1]
    if (state === undefined) return ignored('opening-not-drawn');
    // an opening without the input is no reason to turn away the one with it
    const isRicher = opening.input !== undefined && state.opened?.inlineInput === undefined;
    if (state.opened !== undefined && !isRicher) return ignored('known-opening');
    const opened = readOpening(batch, opening);
    if ('verdict' in opened) return opened;
    state.opened = opened;
    for (const level of state.levels) this.#recheck(state, level);
    return ACCEPTED;
  }

  /** [SAMPLE-2] Takes the output reveal; it stays unread until the own commit. */
  takeOutput(message: OutputMessage): Judgement | Early {
    const state = this.get(message);
    if (state === undefined) return { early: `batch/${message.batch}` };
    if (state.opened === undefined) return { early: `opening/${state.key}` };
    if (state.output !== undefined) return ignored('known-output');
    // [CLAIM-3] the reveal hashes to the commitment
    if (!isOutputOf(state.opened, message)) return ignored('output-commitment');
    state.output = message;
    for (const level of state.levels) this.#recheck(state, level);
    return ACCEPTED;
  }

  /** Takes a commit, an abstention or a reveal of `validator`. */
  takeEntry(validator: NodeId, entry: VotingEntry, source: EntrySource): Judgement | Early {
    const state = this.get(entry);
    if (state === undefined) return { early: `batch/${entry.batch}` };
    const level = this.#levelOf(state, entry.level);
    if ('early' in level || 'code' in level) return level;
    const outcome = this.#add(state, level, { validator, entry, source });
    if (outcome.contradicts !== undefined) this.#accuse(level, outcome.contradicts, source);
    if (outcome.judgement.verdict !== 'accept') return outcome.judgement;
    const index = level.committee.indexOf.get(validator) ?? -1;
    updateChallenge(this.#context, { subject: state, level }, index);
    this.#afterEntry(state, level, entry);
    return outcome.judgement;
  }

  /** [CERT-1] Takes a certificate of a batch that is known to be sealed and drawn. */
  takeCertificate(batch: Batch, certificate: CertificateMessage): Judgement | Early {
    const state = this.get({ batch: batch.id, index: certificate.index });
    if (state === undefined) return rejected('certificate-not-drawn');
    const level = this.#levelOf(state, certificate.level);
    if ('early' in level || 'code' in level) return level;
    const judgement = takeCertificate(this.#context, { subject: state, level }, certificate);
    if (judgement.verdict === 'accept') this.#reconsider(state);
    return judgement;
  }

  /** Takes the end of work that was asked for. */
  takeWork(event: CoreEvent & { readonly id: string }): void {
    const [kind, batch, index, levelText] = event.id.split('/');
    const state = this.#subjects.get(`${batch}/${index}` as SubjectKey);
    const level = state?.levels.get(Number(levelText));
    if (state === undefined || level === undefined) return;
    if (kind === 'run') this.#endRun(state, level, event);
    else if (event.kind === 'output-measured') this.#endMeasure(state, level, event);
  }

  /** Passes what the clock has reached. [TIME-5] */
  advance(): void {
    if (this.#late.length > 0) {
      const late = this.#late;
      this.#late = [];
      for (const state of late) this.#catchUp(state);
    }
    for (const { milestone, subjects } of this.#calendars.advance(this.#context)) {
      for (const state of subjects) this.#pass(state, milestone);
    }
    this.#turns.take(this.#context.now, (place) => publishDue(this.#context, place));
  }

  nextDeadline(): TimeMs | undefined {
    const passes = this.#calendars.nextDeadline(this.#context.beacons);
    const { next } = this.#turns;
    return passes === undefined || (next !== undefined && next < passes) ? next : passes;
  }

  /** [WIRE-3] Tells whether an entry tells nothing new, before its signature is checked. */
  isKnown(validator: NodeId, entry: VotingEntry): boolean {
    const level = this.get(entry)?.levels.get(entry.level);
    const index = level?.committee.indexOf.get(validator);
    if (level === undefined || index === undefined) return false;
    if (entry.kind === 'reveal') {
      const known = level.reveals.get(index);
      return known !== undefined && isSameReveal(known.entry, entry);
    }
    const known = level.commits.get(index);
    if (known === undefined) return false;
    const commitment = entry.kind === 'commit' ? entry.commitment : undefined;
    if (known.commitment === undefined || commitment === undefined) {
      return known.commitment === commitment;
    }
    return equalBytes(known.commitment, commitment);
  }

  /** Tells whether the last level of a batch's subjects has not run out here. [TIME-5] */
  isUnderWay(batch: Batch): boolean {
    const [index] = batch.sampled ?? [];
    const state = index === undefined ? undefined : this.get({ batch: batch.id, index });
    return state !== undefined && !state.calendar.hasPassed(state.lastLevel, 'settle');
  }

  /** [WIRE-6] Forgets the subjects of a batch. */
  close(batch: Batch): void {
    for (const { subject } of subjectsOf(batch)) {
      const state = this.get(subject);
      if (state === undefined) continue;
      this.#context.shards.leave(subject);
      this.#subjects.delete(state.key);
      this.#calendars.leave(state);
      for (const level of state.levels) this.#turns.delete(level);
      this.#context.report({ kind: 'closed', subject, judged: judgedSubject(state) });
    }
  }

  #levelOf(state: SubjectState, level: number): LevelState | Judgement | Early {
    const known = state.levels.get(level);
    if (known !== undefined) return known;
    if (level > state.lastLevel) return rejected('no-such-level');
    const r = drawingRound(state.calendar.first, state.calendar.lengths, level);
    const beacon = this.#context.beacons.get(r);
    if (beacon === undefined) {
      // [WIRE-3] beacons are late here, which is nobody's fault, or the level is far away
      const latest = this.#context.beacons.latest ?? 0;
      return r <= latest + EARLY_ROUNDS_MAX ? { early: `round/${r}` } : ignored('far-round');
    }
    const created = createLevel(this.#context, state, { level, beacon: beacon.randomness });
    // [SHARD-1] holders hear each other, and the provider of the leaf hears them
    const isOwn = state.batch.provider === this.#context.id;
    if (isOwn || created.own.phase === 'waiting') this.#context.shards.follow(state.subject);
    state.levels.add(created);
    return created;
  }

  #startLevel(state: SubjectState, level: number): void {
    const created = this.#levelOf(state, level);
    assert('committee' in created, 'a level starts when its beacon is known');
    state.current = level;
    this.#context.report({ kind: 'level-started', subject: state.subject, level });
    this.#recheck(state, created);
  }

  /** Looks again at everything a level holds; after its input or output became known. */
  #recheck(state: SubjectState, level: LevelState): void {
    const place = { subject: state, level };
    if (level.level <= state.current) progress(this.#context, this.#participation, place);
    recheckReveals(this.#context, place);
    this.#count(state, level);
  }

  #add(
    state: SubjectState,
    level: LevelState,
    { validator, entry, source }: { validator: NodeId; entry: VotingEntry; source: EntrySource },
  ): EntryOutcome {
    const { calendar } = state;
    if (entry.kind === 'reveal') {
      const isInTime = !calendar.hasPassed(level.level, 'challenge');
      const incoming = { holder: validator, entry, source, isInTime };
      return addReveal(this.#context, { subject: state, level }, incoming);
    }
    const isInTime = !calendar.hasPassed(level.level, 'commit');
    return addCommit(level, { holder: validator, entry, source, isInTime });
  }

  #afterEntry(state: SubjectState, level: LevelState, entry: VotingEntry): void {
    const place = { subject: state, level };
    if (entry.kind === 'reveal') this.#count(state, level);
    if (level.level <= state.current) progress(this.#context, this.#participation, place);
    // [QUORUM-2] commits of the next level may make a late challenge count
    if (level.level > 0 && state.decision !== undefined) this.#reconsider(state);
  }

  /** Counts votes, and decides again if that changed anything. */
  #count(state: SubjectState, level: LevelState, isRestDue = false): void {
    const place = { subject: state, level };
    const hasNews = tally(this.#context, place, { patience: this.#patience, isRestDue });
    this.#turns.add(place);
    if (hasNews) this.#reconsider(state);
  }

  /** [CERT-2] Compares what is final now with what was. */
  #reconsider(state: SubjectState): void {
    const before = state.decision;
    const after = decide(state);
    state.decision = after;
    if (before !== undefined && (after === undefined || after.verdict !== before.verdict)) {
      this.#context.report({ kind: 'overruled', subject: state.subject, level: before.level });
    }
    if (
      after !== undefined &&
      (before?.verdict !== after.verdict || before.level !== after.level)
    ) {
      state.isUnresolved = false;
      this.#context.report({ kind: 'decided', subject: state.subject, ...after });
    }
    if (before !== undefined && after === undefined) this.#join(state);
    this.#raise(state);
  }

  /** [SHARD-2] Dissent that a certificate contradicts is said again, to all. */
  #raise(state: SubjectState): void {
    const { shards, id } = this.#context;
    if (shards.of(state.subject) === undefined) return;
    for (const level of state.levels) {
      if (level.isRaised || level.own.phase !== 'revealed') continue;
      if (level.own.verdict !== 'invalid' || !level.certified.has('valid')) continue;
      const own = level.reveals.get(level.committee.indexOf.get(id) ?? -1);
      if (own === undefined) continue;
      level.isRaised = true;
      this.#participation.say(own.entry, 'to-all');
    }
  }

  /** [QUORUM-2] Who missed the challenge joins the level that took it up. */
  #join(state: SubjectState): void {
    const level = state.levels.get(state.current);
    if (level === undefined || level.isLast || !isChallenged(state, level)) return;
    if (state.calendar.hasPassed(level.level, 'settle')) this.#startLevel(state, level.level + 1);
  }

  #pass(state: SubjectState, { level, phase }: Milestone): void {
    const passed = state.levels.get(level);
    if (passed === undefined || level > state.current) return;
    const place = { subject: state, level: passed };
    progress(this.#context, this.#participation, place);
    // [CERT-1] votes count until the challenge deadline
    if (phase === 'reveal' || phase === 'challenge') this.#count(state, passed, true);
    if (phase === 'settle') this.#settle(state, passed);
  }

  /** [QUORUM-2] The next level starts if the subject is not final here. */
  #settle(state: SubjectState, level: LevelState): void {
    this.#reconsider(state);
    if (state.decision !== undefined || level.level !== state.current) return;
    if (!level.isLast) return this.#startLevel(state, level.level + 1);
    state.isUnresolved = true;
    this.#context.report({ kind: 'unresolved', subject: state.subject });
  }

  /** Settles the levels whose deadlines passed before the subject became known. */
  #catchUp(state: SubjectState): void {
    for (;;) {
      const level = state.levels.get(state.current);
      if (level === undefined || !state.calendar.hasPassed(level.level, 'settle')) return;
      this.#settle(state, level);
      if (level.level === state.current) return;
    }
  }

  #endRun(state: SubjectState, level: LevelState, event: CoreEvent): void {
    if (level.own.phase !== 'executing') return;
    const place = { subject: state, level };
    if (event.kind === 'execution-finished') {
      const { measurement, executionClass } = event;
      const found = { measurement, executionClass };
      // [EXEC-2] what cannot be sent cannot be voted on: a limit of ours, not a verdict
      if (!measurementFits(measurement))
        abstain(this.#context, this.#participation, place, 'overload');
      else commitTo(this.#context, this.#participation, place, found);
    } else if (event.kind === 'execution-failed') {
      if (event.reason === 'missing-input') level.own = { ...level.own, isInputMissing: true };
      else abstain(this.#context, this.#participation, place, event.reason);
    }
    progress(this.#context, this.#participation, place);
  }

  #endMeasure(
    state: SubjectState,
    level: LevelState,
    { measurement }: CoreEvent & { kind: 'output-measured' },
  ): void {
    if (level.provider.phase !== 'measuring') return;
    level.provider =
      measurement === undefined ? { phase: 'missing' } : { phase: 'measured', measurement };
    this.#recheck(state, level);
  }

  /** [COMMIT-1] [VOTE-2] Two different signed words of one holder: everybody should know. */
  #accuse(level: LevelState, first: EntrySource, second: EntrySource): void {
    const { validator } = second.bundle;
    if (level.accused.has(validator)) return;
    level.accused.add(validator);
    this.#context.accuse(entryEvidence(first, second), [validator]);
  }
}
