import { Signal } from '@angular/core';
import { Problem } from '../editor/checks';
import { Json, Path } from '../model/json';
import { Variable } from '../model/scope';

/** What a form is about: a node, or the flow itself. */
export interface Subject {
  /** Begins the ids of its fields. */
  readonly id: string;
  readonly value: Signal<Json>;
  readonly problems: Signal<readonly Problem[]>;
  readonly variables: Signal<readonly Variable[]>;
  set(path: Path, value: Json | undefined): void;
}

export function fieldId(subject: Subject, path: Path): string {
  return `field-${subject.id}-${path.join('-')}`;
}

/** The problems of the field at this path, and of what is in it where nothing shows that itself. */
export function problemsAt(
  problems: readonly Problem[],
  path: Path,
  whole: boolean,
): readonly Problem[] {
  return problems.filter(({ target: { field } }) => {
    const within = path.every((each, index) => field[index] === String(each));
    return within && (whole || field.length === path.length);
  });
}
