import { Routes } from '@angular/router';
import { RunPage } from './run-page';
import { RunsArea } from './runs-area';
import { RunsPage } from './runs-page';

export const RUNS: Routes = [
  {
    path: '',
    component: RunsArea,
    children: [
      { path: '', component: RunsPage },
      { path: ':runId', component: RunPage },
    ],
  },
];
