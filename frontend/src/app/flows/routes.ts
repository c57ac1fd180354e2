import { provideEnvironmentInitializer } from '@angular/core';
import { Routes } from '@angular/router';
import { provideTranslocoScope } from '@jsverse/transloco';
import { EditorPage } from './editor/editor-page';
import { SIMULATOR } from './editor/simulator-slot';
import { FlowsArea } from './flows-area';
import { FlowsPage } from './list/flows-page';
import { keepToPolicy } from './policy';

export const FLOWS: Routes = [
  {
    path: '',
    component: FlowsArea,
    providers: [
      provideTranslocoScope('flows'),
      provideEnvironmentInitializer(keepToPolicy),
      {
        provide: SIMULATOR,
        useValue: async () => (await import('./simulator/panel')).SimulatorPanel,
      },
    ],
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
