/**
 * Reports that do not drown the one who reads them: each code about each peer at most once per
 * interval. What is left out is counted by the counters, not here.
 */
import { HOST_LIMITS } from './limits.ts';
import { setRecent } from './recent.ts';
import type { HostReport } from './types.ts';

/** Takes a report; never throws. */
export type Report = (report: HostReport) => void;

/** Returns a function that hands a report on unless it was given a moment ago. */
export function createReporter(sink: Report): Report {
  const lastMs = new Map<string, number>();
  return (report) => {
    const key = `${report.code}/${report.peer ?? ''}`;
    const nowMs = Date.now();
    if (nowMs - (lastMs.get(key) ?? -Infinity) < HOST_LIMITS.reportIntervalMs) return;
    setRecent(lastMs, [key, nowMs], HOST_LIMITS.reportsRememberedMax);
    sink(report);
  };
}
