/** What a simulation says by itself. What flows say is in `language.json`. */
import { Language, say } from '../language';
import type { FlowFailure } from '../running';

const SENTENCES = {
  leak: {
    es: 'La petición llevaría un valor que solo es del simulador ({detail}): se simula la respuesta.',
    en: 'The request would carry a value that is for the simulator only ({detail}): its answer is made up.',
  },
  keys_missing: {
    es: 'Al perfil «{detail}» le faltan claves para esta llamada: se simula la respuesta.',
    en: 'The profile “{detail}” lacks keys for this call: its answer is made up.',
  },
  keys_elsewhere: {
    es: 'Su perfil es «{detail}», que no tiene claves: se simula la respuesta.',
    en: 'Its profile is “{detail}”, which has no keys: its answer is made up.',
  },
  keys_of: {
    es: 'Hay claves escritas para: {detail}.',
    en: 'Keys have been typed in for: {detail}.',
  },
  keys_unknown: {
    es: 'Ninguna herramienta se llama así: {detail}.',
    en: 'No tool is called: {detail}.',
  },
  keys_refused: {
    es: 'Este backend no admite claves del simulador: se simula la respuesta.',
    en: 'This backend takes no keys from the simulator: its answer is made up.',
  },
  backend_missing: {
    es: 'No hay backend al que llamar: se simula la respuesta.',
    en: 'There is no backend to call: its answer is made up.',
  },
  backend_failed: {
    es: 'La llamada al backend no llegó a su fin.',
    en: 'The call of the backend came to no end.',
  },
  not_on_tape: {
    es: 'Esta llamada no está en la grabación: se simula la respuesta.',
    en: 'This call is not on the tape: its answer is made up.',
  },
  default_profile: {
    es: 'Nadie nombra un perfil de credenciales: se usa «default».',
    en: 'Nobody names a credential profile: “default” is used.',
  },
  mock_text: {
    es: 'Respuesta simulada a: {detail}',
    en: 'Made-up answer to: {detail}',
  },
  mock_snippet: {
    es: 'Fragmento simulado {detail}.',
    en: 'Made-up excerpt {detail}.',
  },
} as const;

export type SimulatorCode = keyof typeof SENTENCES;

export function told(code: SimulatorCode, language: Language, detail = ''): string {
  return SENTENCES[code][language].replace('{detail}', () => detail);
}

/** Why a run failed, in somebody's language; codes of the backend are themselves. */
export function failureMessage(
  failure: Pick<FlowFailure, 'code' | 'detail' | 'reason' | 'values'>,
  language: Language,
): string {
  const { code, reason, values } = failure;
  const detail = (reason && say(reason, language, values ?? {})) ?? failure.detail;
  return say(`flow_${code}`, language, { detail }) ?? code;
}
