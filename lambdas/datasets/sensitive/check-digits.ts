import identityCard from 'validator/lib/isIdentityCard.js';
import luhnNumber from 'validator/lib/isLuhnNumber.js';
import taxId from 'validator/lib/isTaxID.js';

/** Three of validator's hundred checks, without the rest; its modules are CommonJS, so the function is their `default`. */
export const isIdentityCard = identityCard.default;
export const isLuhnNumber = luhnNumber.default;
export const isTaxID = taxId.default;
