import { goesAsInTheSimulator } from './support/flow-examples.ts';

// The small agents of the integration plan, and what is made of their answers.
goesAsInTheSimulator({ name: 'plan/agente-normal' });
goesAsInTheSimulator({ name: 'plan/agente-rag' });
goesAsInTheSimulator({ name: 'plan/encadenamiento' });
goesAsInTheSimulator({ name: 'plan/perfil-por-defecto' });
