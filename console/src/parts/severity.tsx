import Badge from '@cloudscape-design/components/badge';
import { levelOf } from '../kit/severity.ts';

export function Severity({ value }: { readonly value: number }) {
  const level = levelOf(value);
  return (
    <span title={`Severity ${value}`}>
      <Badge color={level.badge}>{level.word}</Badge>
    </span>
  );
}
