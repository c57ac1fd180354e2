import { Routes } from '@angular/router';
import { ChatPage } from './chat/chat-page';

export const routes: Routes = [
  { path: 'c/:id', component: ChatPage },
  {
    path: 'approvals',
    loadComponent: async () => (await import('./approvals/approvals-page')).ApprovalsPage,
  },
  {
    path: 'runs',
    loadChildren: async () => (await import('./runs/routes')).RUNS,
  },
  {
    path: 'flows',
    loadChildren: async () => (await import('./flows/routes')).FLOWS,
  },
  { path: '**', redirectTo: 'c/new' },
];
