import type { SensitiveKind } from '../../../contracts/dataset-issues.ts';

/**
 * Keys that tell what they are by how they begin. The forms are those of the gitleaks rule set (MIT, July 2026) and of
 * the makers' own pages, a little wider in length because makers lengthen their keys. Every repetition has an end.
 */
export interface SecretForm {
  kind: SensitiveKind;
  /** How it begins: plain text, so that one search looks for all of them. */
  starts: readonly string[];
  /** What follows. */
  body: RegExp;
}

const cloud = (starts: string, body: RegExp): SecretForm => ({
  kind: 'cloud-key',
  starts: starts.split(' '),
  body,
});
const host = (starts: string, body: RegExp): SecretForm => ({
  kind: 'code-host-token',
  starts: starts.split(' '),
  body,
});
const service = (starts: string, body: RegExp): SecretForm => ({
  kind: 'service-token',
  starts: starts.split(' '),
  body,
});

export const SECRET_FORMS: readonly SecretForm[] = [
  cloud('AKIA ASIA ABIA ACCA', /[A-Z0-9]{16}(?![A-Za-z0-9])/y),
  cloud('ABSK', /[A-Za-z0-9+/]{80,300}={0,2}/y),
  cloud('IQoJb3JpZ2lu FwoGZXIvYXdz', /[A-Za-z0-9+/]{60,2000}={0,2}/y),
  cloud('AIza', /[\w-]{35}(?![\w-])/y),
  cloud('GOCSPX-', /[\w-]{24,40}/y),
  cloud('ya29.', /[\w-]{20,400}/y),
  cloud('1//0', /[\w-]{40,120}/y),
  cloud('AccountKey=', /[A-Za-z0-9+/]{40,100}={0,2}/y),
  cloud('SharedAccessKey= SharedSecret=', /[A-Za-z0-9+/]{40,100}={0,2}/y),
  cloud('LTAI', /[A-Za-z0-9]{12,24}(?![A-Za-z0-9])/y),
  cloud('AKID', /[A-Za-z0-9]{32}(?![A-Za-z0-9])/y),
  cloud('AQVN', /[\w-]{35,38}(?![\w-])/y),
  cloud('HRKU-', /[\w-]{36,66}/y),
  cloud('v1.0-', /[a-f0-9]{24}-[a-f0-9]{140,150}/y),
  cloud('ocid1.credential.oc1..', /[a-z0-9]{40,80}/y),

  host('ghp_ gho_ ghu_ ghs_ ghr_', /[A-Za-z0-9]{36,255}/y),
  host('github_pat_', /[A-Za-z0-9_]{40,255}/y),
  host(
    'glpat- gldt- glrt- glft- glimt- glptt- glsoat- glffct- glagent- gloas- glwt-',
    /[\w-]{20,300}(?:\.[0-9a-z]{2}\.?[0-9a-z]{7})?/y,
  ),
  host('glcbt-', /[0-9a-zA-Z]{1,5}_[\w-]{20,80}/y),
  host('GR1348941', /[\w-]{20}/y),
  host('ATBB', /[A-Za-z0-9]{28,36}(?![A-Za-z0-9])/y),
  host('ATCTT3', /[\w=-]{60,260}/y),
  host('BBDC-', /[A-Za-z0-9+/=]{40,60}/y),
  host('npm_', /[A-Za-z0-9]{36}(?![A-Za-z0-9])/y),
  host('pypi-AgE', /[\w-]{30,1000}/y),
  host('rubygems_', /[a-f0-9]{48}/y),
  host('oy2', /[a-z0-9]{43}(?![A-Za-z0-9])/y),
  host('cio', /[A-Za-z0-9]{32}(?![A-Za-z0-9])/y),
  host('dckr_pat_ dckr_oat_', /[\w-]{27,40}/y),
  host('CLOJARS_', /[a-z0-9]{60}/y),
  host('AKCp', /[A-Za-z0-9]{60,75}/y),
  host('cmVmd', /[A-Za-z0-9]{59}/y),
  host('sgp_', /(?:[a-f0-9]{16}_|local_)?[a-f0-9]{40}/y),
  host('CCIPAT_ CCIPRJ_', /[A-Za-z0-9]{10,30}_[a-f0-9]{40}/y),

  service('sk-ant-', /(?:[a-z]{2,8}\d\d-)?[\w-]{32,200}/y),
  service('sk-proj- sk-svcacct- sk-admin- sk-None- sk-service-', /[\w-]{32,300}/y),
  service('sk-or-v1-', /[a-f0-9]{64}/y),
  service('sk-lf- pk-lf-', /[a-f0-9-]{36}/y),
  service('sk-', /[A-Za-z0-9]{32,100}(?![A-Za-z0-9])/y),
  service('xoxb- xoxp- xoxa- xoxo- xoxr- xoxs- xoxe- xoxc- xoxd-', /[\w%-]{16,300}/y),
  service('xoxe.xoxb- xoxe.xoxp-', /[\w-]{30,300}/y),
  service('xapp-', /\d-[A-Z0-9]{8,20}-\d{8,20}-[a-z0-9]{20,100}/y),
  service(
    'hooks.slack.com/services/ hooks.slack.com/workflows/ hooks.slack.com/triggers/',
    /[A-Za-z0-9+/]{30,80}/y,
  ),
  service('discord.com/api/webhooks/ discordapp.com/api/webhooks/', /\d{15,21}\/[\w-]{40,100}/y),
  service('sk_live_ rk_live_ sk_prod_ rk_prod_', /[A-Za-z0-9]{16,250}/y),
  service('whsec_', /[A-Za-z0-9+/=]{24,64}/y),
  service('hf_ api_org_', /[A-Za-z0-9]{30,40}(?![A-Za-z0-9])/y),
  service('SG.', /[\w-]{16,32}\.[\w-]{16,64}/y),
  service('SK', /[0-9a-fA-F]{32}(?![0-9a-zA-Z])/y),
  service('shpat_ shpca_ shppa_ shpss_ shptka_', /[0-9a-fA-F]{32}/y),
  service('dop_v1_ doo_v1_ dor_v1_', /[a-f0-9]{64}/y),
  service('dapi', /[a-f0-9]{32}(?:-\d)?(?![0-9a-zA-Z])/y),
  service('key- pubkey-', /[a-f0-9]{32}(?![0-9a-zA-Z])/y),
  service('lin_api_ lin_oauth_', /[A-Za-z0-9]{32,64}/y),
  service('ntn_', /[A-Za-z0-9]{40,50}/y),
  service('secret_', /[A-Za-z0-9]{43}(?![A-Za-z0-9])/y),
  service('sq0atp- sq0csp- sq0idp-', /[\w-]{22,60}/y),
  service('EAAA', /[\w-]{52,64}(?![\w-])/y),
  service('EAA', /[A-Za-z0-9]{80,300}/y),
  service('hvs. hvb. hvr.', /[\w-]{20,300}/y),
  service('s.', /[A-Za-z0-9]{24}(?![A-Za-z0-9._(])/y),
  service('ATATT3', /[\w=-]{60,260}/y),
  service('PMAK-', /[a-f0-9]{24}-[a-f0-9]{34}/y),
  service('glsa_', /[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}/y),
  service('glc_', /[A-Za-z0-9+/]{32,400}={0,3}/y),
  service('NRAK- NRII- NRJS-', /[A-Za-z0-9-]{19,40}/y),
  service('sntrys_ sntryu_', /[\w+/=]{40,400}/y),
  service('dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.', /(?:[\w-]{2,40}\.)?[A-Za-z0-9]{40,44}/y),
  service('dt0c01. dt0s16.', /[A-Z0-9]{24}\.[A-Z0-9]{64}/iy),
  service('fo1_', /[\w-]{43}/y),
  service('fm1a_ fm1r_ fm2_', /[A-Za-z0-9+/]{80,1000}={0,3}/y),
  service(
    'nfp_ rnd_ pnu_ r8_ gsk_ pplx- xai- sbp_ figd_ fig- tfp_ napi_ pcsk_ lsv2_pt_ lsv2_sk_ vcp_ tvly-',
    /[\w-]{28,130}/y,
  ),
  service('sb_secret_', /[\w-]{28,60}/y),
  service('pscale_tkn_ pscale_oauth_ pscale_pw_', /[\w=.-]{32,64}/y),
  service('pul-', /[a-f0-9]{40}/y),
  service('pat', /[A-Za-z0-9]{14}\.[a-f0-9]{64}/y),
  service('pat-na1- pat-eu1-', /[a-f0-9]{8}-(?:[a-f0-9]{4}-){3}[a-f0-9]{12}/iy),
  service('xkeysib- xsmtpsib-', /[a-f0-9]{64}-[A-Za-z0-9]{16}/y),
  service('re_', /[A-Za-z0-9]{8}_[A-Za-z0-9]{24}/y),
  service('p8e-', /[a-z0-9]{32}/iy),
  service('CFPAT-', /[\w-]{43}/y),
  service('EZAK', /[A-Za-z0-9]{54}/y),
  service('ops_eyJ', /[A-Za-z0-9+/]{100,2000}={0,3}/y),
  service('A3-', /[A-Z0-9]{6}-[A-Z0-9]{6}-?[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}/y),
  service('rzp_live_', /[A-Za-z0-9]{14,30}/y),
  service('shippo_live_', /[a-f0-9]{40}/y),
  service('duffel_live_', /[\w=-]{43}/y),
  service('tskey-auth- tskey-api- tskey-client-', /[A-Za-z0-9-]{20,80}/y),
  service('access_token$production$', /[a-z0-9]{16}\$[a-f0-9]{32}/y),
  service('sl.', /[\w=-]{120,160}/y),
  service('sha256~', /[\w-]{43}/y),
  service('ddp_ ddapp_', /[A-Za-z0-9]{34,40}/y),
  service('bkua_ rdme_', /[a-z0-9]{40,70}/y),
  service('sk.eyJ', /[\w-]{40,200}\.[\w-]{20,40}/y),
  service('AGE-SECRET-KEY-1', /[A-Z0-9]{58}/y),
];
