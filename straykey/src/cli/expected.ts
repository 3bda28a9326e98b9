import { Command, Option } from 'commander';
import { jsonText } from '../findings/index.ts';
import { expectedMarkdown, type Plan } from '../response/index.ts';
import { addStoreOption } from './named-store.ts';
import { planOf, type RespondFlags } from './respond.ts';
import type { Rim } from './rim.ts';
import { addScanOptions } from './scan.ts';
import type { Terminal } from './terminal.ts';

const WRITERS = {
  markdown: expectedMarkdown,
  json: ({ expected, finding, version }: Plan) => `${jsonText({ version, finding, expected }, 2)}\n`,
} as const;

type ExpectedFlags = Omit<RespondFlags, 'format'> & { readonly format: keyof typeof WRITERS };

export function expectedCommand(terminal: Terminal, rim: Rim): Command {
  const command = new Command('expected')
    .summary('the finding was yours after all: three ways to say so, and how they differ')
    .description(
      'For uses that are expected, such as traffic of your functions that leaves by an on-premises gateway. Asks what must be known first, then shows the ' +
        'three ways to say so, narrowest first: a vouched host, a suppression rule, an own network; what each silences, what still ' +
        'alarms, the ready command, and how to take it back. Nothing is run.',
    )
    .argument('<finding>', 'a finding id, or its first digits (at least 6)')
    .argument('[source...]', 'the trail to judge, or a file of findings (default: the store)')
    .addOption(
      new Option('--format <format>', 'for people or for programs').choices(Object.keys(WRITERS)).default('markdown'),
    );
  return addStoreOption(addScanOptions(command), 'where findings are kept').action(
    async (id: string, sources: string[], flags: ExpectedFlags) => {
      terminal.stdout(WRITERS[flags.format](await planOf(id, sources, flags, terminal, rim)));
    },
  );
}
