import { Routes } from '@angular/router';
import { ChatPage } from './chat/chat-page';

export const routes: Routes = [
  { path: 'c/:id', component: ChatPage },
  { path: '', pathMatch: 'full', redirectTo: 'c/new' },
  { path: '**', redirectTo: 'c/new' },
];
