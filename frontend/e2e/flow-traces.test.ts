import { goesAsInTheSimulator, QUESTION } from './support/flow-examples.ts';

goesAsInTheSimulator({
  name: 'aprobar-alta',
  answers: ['Carmen Ruiz', 'carmen@valdeoro.example', 'no'],
  last: 'De acuerdo, no he hecho nada.',
});
goesAsInTheSimulator({
  name: 'conversacion',
  answers: [QUESTION, 'nada'],
  last: 'Gracias. ¡Hasta pronto!',
});
goesAsInTheSimulator({
  name: 'llamada-con-secreto',
  mocks: { descripcion: { failed: { code: 'CALL_FAILED', retryable: true } } },
  last: 'El ERP no ha respondido.',
});
goesAsInTheSimulator({ name: 'perfiles-y-aristas', answers: ['normal'] });
