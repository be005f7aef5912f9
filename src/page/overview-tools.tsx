import type { VNode } from 'preact';
import { blames, type Blame } from '../domain/reason.js';
import { cut, foreignText } from './foreign-text.js';
import { blameWords } from './icons.js';
import { LabelChoices } from './label-choice.js';
import { densities } from './overview-query.js';
import type { OverviewView } from './overview-view.js';

function Option(props: { readonly value: string; readonly chosen: boolean; readonly text: string }): VNode {
  return (
    <option value={props.value} selected={props.chosen}>
      {props.text}
    </option>
  );
}

/** Search, filters and grouping; a form, so that it works without scripts. */
export function Tools({ view }: { readonly view: OverviewView }): VNode {
  const { query, labels, labelKeys, grouping } = view;
  const groupings = [
    ...labelKeys.map((key) => ({ value: `label:${key}`, text: key })),
    { value: 'provider', text: 'provider' },
    { value: 'none', text: 'nothing' },
  ];
  return (
    <form class="tools" role="search" aria-label="Models" action="/">
      {query.states.map((state) => (
        <input type="hidden" name="state" value={state} />
      ))}
      <label class="find">
        <span class="vh">Find a model</span>
        <input
          type="search"
          name="q"
          placeholder="Find a model, provider or reason"
          autocomplete="off"
          value={query.text}
        />
      </label>
      <LabelChoices labels={labels} chosen={query.labels} />
      <label>
        {'Who acts '}
        <select name="blame">
          <Option value="" chosen={query.blame === null} text="any" />
          {blames.map((blame: Blame) => (
            <Option value={blame} chosen={query.blame === blame} text={blameWords[blame]} />
          ))}
        </select>
      </label>
      <label>
        {'Group by '}
        <select name="group">
          {groupings.map(({ value, text }) => (
            <Option value={value} chosen={grouping === value} text={foreignText(cut(text, 40))} />
          ))}
        </select>
      </label>
      <button>Apply</button>
      <fieldset class="seg dens">
        <legend class="vh">Density</legend>
        {densities.map((density) => (
          <label>
            <input type="radio" name="density" value={density} checked={query.density === density} />
            {density === 'full' ? 'Full' : 'Compact'}
          </label>
        ))}
      </fieldset>
    </form>
  );
}
