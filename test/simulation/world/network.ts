/** The network as trainers and browsers have it: the API's gateway and the presigned doors, a moment away. */
import type { TrainerNetwork } from '../cluster/trainer-calls.ts';
import type { Objects } from '../storage/objects.ts';
import type { Clock } from '../time/clock.ts';
import type { Random } from '../time/random.ts';
import type { Platform } from './platform.ts';

export interface NetworkParts {
  clock: Clock;
  dice: Random;
  platform: Platform;
  objects: Objects;
  /** Told of each call of the API and the token it carried. */
  called: (token: string) => void;
}

export function trainerNetwork({ clock, dice, platform, objects, called }: NetworkParts): TrainerNetwork {
  const soon = () => clock.sleep(dice.between(5, 150));
  return {
    call: async (operation, token, body) => {
      called(token);
      await soon();
      return platform.runCall(operation, token, body);
    },
    put: async (url, headers, bytes) => {
      await soon();
      return objects.http('PUT', url, { headers, body: bytes, now: clock.now() });
    },
    get: async (url) => {
      await soon();
      return objects.http('GET', url, { now: clock.now() });
    },
  };
}
