import FormField from '@cloudscape-design/components/form-field';
import Slider from '@cloudscape-design/components/slider';
import { Mono } from '../../parts/words.tsx';
import { bitsOf, networkOf, sizeOf } from './cidr.ts';

/** As wide as a rule can be made here: a /16 is a provider's block, wider is a country's. */
const WIDEST = { 32: 16, 128: 48 } as const;

/** From the caller's address to the network around it. To the right is wider. */
export function Widen({
  caller,
  length,
  onLength,
}: {
  readonly caller: string;
  readonly length: number;
  readonly onLength: (length: number) => void;
}) {
  const bits = bitsOf(caller);
  const step = bits === 32 ? 1 : 8;
  return (
    <FormField
      label="API caller address"
      description="Widen it only as far as the network belongs to the gateway."
      constraintText={`${sizeOf(caller, length)}; up to /${WIDEST[bits]}`}
    >
      <div className="widen">
        <Slider
          ariaLabel="How wide the network is"
          min={0}
          max={(bits - WIDEST[bits]) / step}
          step={1}
          value={(bits - length) / step}
          onChange={({ detail }) => onLength(bits - detail.value * step)}
          valueFormatter={(value) => `/${bits - value * step}`}
          tickMarks
        />
        <output>
          <Mono>{networkOf(caller, length) ?? caller}</Mono>
        </output>
      </div>
    </FormField>
  );
}
