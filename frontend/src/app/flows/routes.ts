import { provideEnvironmentInitializer } from '@angular/core';
import { Routes } from '@angular/router';
import { provideTranslocoScope } from '@jsverse/transloco';
import { EditorPage } from './editor/editor-page';
import { FlowsArea } from './flows-area';
import { FlowsPage } from './list/flows-page';
import { keepToPolicy } from './policy';

export const FLOWS: Routes = [
  {
    path: '',
    component: FlowsArea,
    providers: [provideTranslocoScope('flows'), provideEnvironmentInitializer(keepToPolicy)],
    children: [
      { path: '', component: FlowsPage },
      {
        path: ':flowId',
        component: EditorPage,
        canDeactivate: [(page: EditorPage) => page.mayLeave()],
      },
    ],
  },
];
