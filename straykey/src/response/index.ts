export { expectedMarkdown, markdown } from './markdown.ts';
export {
  type Command,
  type Expected,
  type Fact,
  type NamedPolicy,
  type Phase,
  type PhaseName,
  PLAN_VERSION,
  type Plan,
  type Question,
  type Step,
  type Way,
} from './plan.ts';
export type { Policy, Statement } from './policies.ts';
export { planFor } from './respond.ts';
export { script } from './script.ts';
export type { Context } from './situation.ts';
