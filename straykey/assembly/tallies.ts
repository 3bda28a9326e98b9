// Counters by slot. The host maps its tally numbers to slots.
import { TALLIES } from './layout';

const LEAST: usize = 8;
const GREATEST: usize = 16;
const SIZE: usize = 24;

export function count(slot: u32, time: f64): void {
  const at = TALLIES + <usize>slot * SIZE;
  const records = load<f64>(at);
  if (records == 0 || time < load<f64>(at, LEAST)) store<f64>(at, time, LEAST);
  if (records == 0 || time > load<f64>(at, GREATEST)) store<f64>(at, time, GREATEST);
  store<f64>(at, records + 1);
}
