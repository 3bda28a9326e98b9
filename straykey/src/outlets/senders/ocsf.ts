import { ocsf } from '../formats/index.ts';
import { type Message, toldFinding } from '../told.ts';
import { linesSender } from './file.ts';
import { type OutletConfig, type Sender, type SenderPorts, UnusableOutlet } from './sender.ts';
import { httpSender } from './webhook.ts';

type OcsfConfig = Extract<OutletConfig, { type: 'ocsf' }>;

/** OCSF Detection Findings: one a line in a file, or one a request. */
export function ocsfSender({ name, path, secret, url }: OcsfConfig, ports: SenderPorts): Sender {
  const line = (message: Message) => ocsf([toldFinding(message)]).trim();
  if (url !== undefined && path === undefined) return httpSender({ name, url, secret }, line, ports);
  if (path !== undefined && url === undefined) return linesSender(path, line);
  throw new UnusableOutlet(`outlet ${name}: expected either path or url`);
}
