/** The checks of a new password: length, and whether anyone would guess it. */
import { AccountError, type AccountRefusal } from './account-error.ts';
import type { AccountPolicy } from './account-policy.ts';

/** Words that are common on management controllers, beside the dictionaries of the estimator. */
const familiar =
  `redfish redfishd openbmc 0penbmc bmc ipmi calvin supermicro opencompute tiogapass superuser administrator
   adminadmin rootroot operator readonly changeme change-me changeit default server toor manager admin root
   password passw0rd secret`.split(/\s+/);

/** Characters that are looked at: the time of the estimate rises with the square of the length. */
const maxLooked = 64;
/** Estimated guesses, as a power of ten, that a password must withstand. Eight random characters reach 8. */
const minGuesses = 7.5;
/** A password of one kind of character (all lower case, all digits) is accepted from this length. */
const oneClassLength = 12;

/**
 * Checks a new password; reuse is checked elsewhere. The dictionaries are loaded at the first call; what is made of them, some
 * 8 MiB, is not kept: passwords change seldom.
 * @throws AccountError `password-…`
 */
export async function checkPassword(
  password: string,
  userName: string,
  policy: AccountPolicy,
): Promise<void> {
  const length = [...password].length;
  if (length < policy.minPasswordLength) {
    throw refuse(
      'password-too-short',
      `the password must have at least ${policy.minPasswordLength} characters`,
    );
  }
  if (length > policy.maxPasswordLength) {
    throw refuse(
      'password-too-long',
      `the password must have at most ${policy.maxPasswordLength} characters`,
    );
  }
  const looked = [...password].slice(0, maxLooked).join('');
  if (length < oneClassLength && classes.some((pattern) => pattern.test(looked))) {
    const text = `a password of one kind of character must have at least ${oneClassLength} of them; mix letters, digits and signs`;
    throw refuse('password-obvious', text);
  }
  const word = looked.toLowerCase().replace(/^[^a-z]+|[^a-z]+$/g, '');
  const isFamiliar = word === userName.toLowerCase() || familiar.includes(word);
  if (isFamiliar || (await guessesOf(looked, userName)) < minGuesses) {
    const text = 'the password is among the first that anyone would guess; choose another';
    throw refuse('password-obvious', text);
  }
}

/** One class throughout. A capital at the start is what every guesser tries. */
const classes = [/^\p{L}\p{Ll}*$/u, /^\p{Lu}*$/u, /^\p{N}*$/u, /^[^\p{L}\p{N}]*$/u];

const refuse = (reason: AccountRefusal, text: string) => new AccountError(reason, 'Password', text);

/** Guesses that an attacker who knows the user name needs, as a power of ten. */
async function guessesOf(password: string, userName: string): Promise<number> {
  const [{ default: core }, { default: common }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  const estimator = new core.ZxcvbnFactory({ dictionary: common.dictionary, graphs: common.adjacencyGraphs });
  return estimator.check(password, [userName, ...familiar]).guessesLog10;
}
