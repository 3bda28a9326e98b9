const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export function number(value: number): string {
  return whole.format(value);
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}
