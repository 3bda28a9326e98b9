import DatePicker from '@cloudscape-design/components/date-picker';
import FormField from '@cloudscape-design/components/form-field';
import PropertyFilter, { type PropertyFilterProps } from '@cloudscape-design/components/property-filter';
import { isolated, visible } from '../../kit/visible.ts';
import { FIELDS, type FilterField, guess, type Token } from './fields.ts';

/** Cloudscape's filter over GuardDuty's fields. What is typed without a field becomes the field its form suggests. */
export function FindingFilter(props: {
  readonly tokens: readonly Token[];
  readonly onChange: (tokens: readonly Token[]) => void;
  /** Field to values seen, offered while typing. */
  readonly seen: ReadonlyMap<string, ReadonlySet<string>>;
  readonly countText?: string;
  readonly label: string;
}) {
  const options = FIELDS.flatMap((field) =>
    [...new Set([...(field.values ?? []), ...(props.seen.get(field.key) ?? [])])].map((value) => ({
      propertyKey: field.key,
      value,
      label: isOdd(value) ? isolated(value) : value,
    })),
  );
  return (
    <PropertyFilter
      query={{ operation: 'and', tokens: props.tokens }}
      onChange={({ detail }) =>
        props.onChange(
          detail.tokens.map((token) => (token.propertyKey === undefined ? guess(String(token.value)) : token)),
        )
      }
      filteringProperties={PROPERTIES}
      filteringOptions={options}
      freeTextFiltering={{ operators: ['='], defaultOperator: '=' }}
      hideOperations
      virtualScroll={options.length > 500}
      countText={props.countText}
      filteringAriaLabel={props.label}
      filteringPlaceholder="Filter by function, address, account, key, severity …"
      filteringConstraintText="Values of one field are joined by “or”, fields by “and”. Addresses may be ranges: 198.51.100.0/24."
      filteringEmpty="No field of that name: press Enter to look for it"
      expandToViewport
    />
  );
}

/** Values from the trail may hold marks that change how a suggestion looks. */
function isOdd(value: string): boolean {
  return visible(value) !== value || /[\u0590-\u08ff]/.test(value);
}

const PROPERTIES: readonly PropertyFilterProps.FilteringProperty[] = FIELDS.map((field) => ({
  key: field.key,
  propertyLabel: field.label,
  groupValuesLabel: `Values of ${field.label}`,
  ...(field.ours ? { group: 'ours' } : {}),
  ...operatorsOf(field),
}));

function operatorsOf({
  kind,
}: FilterField): Pick<PropertyFilterProps.FilteringProperty, 'operators' | 'defaultOperator'> {
  const format = (value: unknown) => visible(String(value ?? ''));
  if (kind === 'time') {
    const form = ({ value, onChange }: PropertyFilterProps.ExtendedOperatorFormProps<string>) => (
      <FormField label="Day (UTC)">
        <DatePicker
          format="iso"
          value={value ?? ''}
          onChange={({ detail }) => onChange(detail.value)}
          placeholder="YYYY-MM-DD"
          openCalendarAriaLabel={(chosen) => (chosen ? `Choose a day, ${chosen} is chosen` : 'Choose a day')}
        />
      </FormField>
    );
    return {
      operators: [
        { operator: '>=', form, format },
        { operator: '<=', form, format },
      ],
      defaultOperator: '>=',
    };
  }
  if (kind === 'number') return { operators: ['>=', '<=', '=', '!='], defaultOperator: '>=' };
  return {
    operators: [
      { operator: '=', format },
      { operator: '!=', format },
    ],
  };
}
