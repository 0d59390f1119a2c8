import type { Words } from '../catalogue.ts';

export const reasons: Words['reasons'] = {
  ended: {
    signed_out: 'Sie haben sich in der App abgemeldet.',
    signed_out_elsewhere: 'Sie haben sie von einem anderen Gerät aus beendet.',
    password_changed: 'Das Passwort wurde geändert.',
    device_lost: 'Das Gerät wurde als verloren gemeldet.',
    reuse: 'Ihr Schlüssel wurde zweimal benutzt: Vielleicht hat ihn jemand kopiert.',
    code_replayed: 'Ihr Anmeldecode wurde zweimal benutzt: Vielleicht hat ihn jemand kopiert.',
    idle_timeout: 'Sie wurde lange nicht benutzt.',
    absolute_timeout: 'Die längste Dauer einer Anmeldung war abgelaufen.',
    admin: 'Die Verwaltung hat sie beendet.',
    account_disabled: 'Das Konto wurde geschlossen.',
    consent_withdrawn: 'Sie haben der App den Zugriff entzogen.',
    session_limit: 'Es gab mehr Anmeldungen, als die App erlaubt.',
    no_place: 'Es war kein Platz mehr dafür: Die App erlaubt nicht mehr Anmeldungen.',
    replaced: 'Dieselbe App hat sich auf demselben Gerät neu angemeldet.',
    client_removed: 'Die App ist hier nicht mehr registriert.',
  },
};
