/** The report as JSON, for programs. */
import type { Report } from './report.ts';

export const jsonReport = (report: Report): string => `${JSON.stringify(report, undefined, 1)}\n`;
