import type { VNode } from 'preact';
import { cut, foreignText } from './foreign-text.js';

/** A list of labels to choose from. One that is in force is in it, also where no model has it. */
export function LabelChoice(props: {
  readonly name: string;
  readonly labels: readonly string[];
  /** Empty for any. */
  readonly chosen: string;
}): VNode {
  const { name, labels, chosen } = props;
  const offered = chosen === '' || labels.includes(chosen) ? labels : [chosen, ...labels];
  return (
    <label>
      {`${name} `}
      <select name="label">
        <option value="" selected={chosen === ''}>
          any
        </option>
        {offered.map((label) => (
          <option value={label} selected={label === chosen}>
            {foreignText(cut(label, 60))}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A list for each label that has to hold, and one for a further label: a list alone could hold only one of them. */
export function LabelChoices(props: {
  readonly labels: readonly string[];
  readonly chosen: readonly string[];
}): VNode | null {
  const { labels, chosen } = props;
  if (labels.length === 0 && chosen.length === 0) return null;
  const rest = labels.filter((label) => !chosen.includes(label));
  return (
    <>
      {chosen.map((label, index) => (
        <LabelChoice
          name={index === 0 ? 'Label' : 'and label'}
          labels={labels.filter((one) => one === label || rest.includes(one))}
          chosen={label}
        />
      ))}
      {rest.length > 0 && (
        <LabelChoice name={chosen.length === 0 ? 'Label' : 'and label'} labels={rest} chosen="" />
      )}
    </>
  );
}
