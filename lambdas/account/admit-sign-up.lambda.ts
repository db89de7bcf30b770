import type { PreSignUpTriggerEvent } from 'aws-lambda';
import * as z from 'zod';
import { builtOnce, commaList } from '../runtime/environment.ts';
import { mayJoin } from './sign-up.ts';

export const environment = z.object({ STAGE: z.string(), SIGN_UP_DOMAINS: commaList });

const domains = builtOnce(environment, ({ SIGN_UP_DOMAINS }) => SIGN_UP_DOMAINS);

/** Cognito asks before it makes an account. What is thrown is shown to the person; an admin's invitation passes. */
export const handler = async (event: PreSignUpTriggerEvent): Promise<PreSignUpTriggerEvent> => {
  const invited = event.triggerSource === 'PreSignUp_AdminCreateUser';
  if (!invited && !mayJoin(event.request.userAttributes['email'], domains())) {
    throw new Error('Accounts here are for certain e-mail domains. Ask an admin to invite you.');
  }
  return event;
};
