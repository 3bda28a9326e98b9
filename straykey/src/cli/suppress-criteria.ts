import { type Command, Option } from 'commander';
import {
  type Criteria,
  callerCriteria,
  compile,
  criteriaFromText,
  type FindingCriteria,
  LAMBDA_TYPE,
  typesNamed,
} from '../criteria/index.ts';
import { type Finding, typeSheets } from '../findings/index.ts';
import { evidenceIn } from './findings-file.ts';
import { collect } from './scan.ts';
import { EXIT, Exit } from './terminal.ts';

/** What a rule on the command line is about. */
export interface CriteriaFlags {
  readonly type?: string;
  readonly caller: readonly string[];
  readonly where: readonly string[];
  readonly fromFinding?: string;
}

export function addCriteriaOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--type <type>',
        "a finding type, the end of its name, or a pattern such as '*OutsideAWS' (default: the one of Lambda functions)",
      ),
    )
    .option('--caller <address>', 'API caller: IP address or CIDR, IPv4 or IPv6 (repeatable: any of them)', collect, [])
    .option(
      '--where <condition>',
      'another condition that must hold too: FIELD=VALUE, != > >= < <= ~ !~, see docs/configuration.md (repeatable)',
      collect,
      [],
    )
    .option('--from-finding <id>', 'the ready-made rule of this finding, which is looked for in the sources');
}

export function namesCriteria({ type, caller, where }: CriteriaFlags): boolean {
  return type !== undefined || caller.length > 0 || where.length > 0;
}

/**
 * Criteria of the flags, checked.
 *
 * @param madeFor the finding of `--from-finding`
 * @throws Exit 2 for criteria that cannot be used, or that would hide every finding of a type
 */
export function criteriaAsked(flags: CriteriaFlags, madeFor: Finding | undefined): Criteria {
  const where = textCriteria(flags.where);
  const base = madeFor === undefined ? callerBase(flags, where) : findingBase(flags, madeFor);
  const twice = Object.keys(base.criterion).find((field) => Object.hasOwn(where.criterion, field));
  if (twice !== undefined) throw usage(`--where: ${twice} is named by --type, --caller or --from-finding already.`);
  return compiledOrExit({ criterion: { ...base.criterion, ...where.criterion } });
}

function callerBase({ type, caller }: CriteriaFlags, where: FindingCriteria): FindingCriteria {
  const typeInWhere = Object.hasOwn(where.criterion, 'type');
  if (caller.length === 0 && Object.keys(where.criterion).length === 0) {
    throw usage(
      'Such a rule would hide every finding of the type. Say whose calls are expected: --caller ADDRESS, --where CONDITION or --from-finding ID SOURCE.',
    );
  }
  const read = callerCriteria(typesAsked(type), caller);
  if (read.kind === 'problem') throw usage(`--caller: ${read.detail}.`);
  if (type !== undefined || !typeInWhere) return read.criteria;
  const { type: _, ...others } = read.criteria.criterion;
  return { criterion: others };
}

function typesAsked(text: string | undefined): readonly string[] {
  const types = text === undefined ? [LAMBDA_TYPE] : typesNamed(text);
  if (types.length > 0) return types;
  throw usage(
    `--type: expected one of ${Object.keys(typeSheets).join(', ')}, the end of one, or a pattern, found ${JSON.stringify(text)}.`,
  );
}

function findingBase({ type, caller }: CriteriaFlags, madeFor: Finding): FindingCriteria {
  if (type !== undefined || caller.length > 0) {
    throw usage('--from-finding takes type and caller from the finding; narrow it with --where, or leave it out.');
  }
  return evidenceIn(madeFor).suppression.rule.findingCriteria;
}

function textCriteria(texts: readonly string[]): FindingCriteria {
  const read = criteriaFromText(texts);
  if (read.kind === 'problem') throw usage(`--where: ${read.detail}.`);
  return read.criteria;
}

function compiledOrExit(criteria: FindingCriteria): Criteria {
  const compiled = compile(criteria);
  if (compiled.kind === 'criteria') return compiled;
  throw usage(`${compiled.problems.map(({ about, detail }) => `${about}: ${detail}`).join('; ')}.`);
}

function usage(sentence: string): Exit {
  return new Exit(EXIT.usage, sentence);
}
