import { ensureCsrfKey } from "./access/ensure-csrf-key.ts";
import { recordAction } from "./access/record-action.ts";
import { signIn } from "./access/sign-in.ts";
import { signOut } from "./access/sign-out.ts";
import { changePassword } from "./account/change-password.ts";
import { changeProfile } from "./account/change-profile.ts";
import { addPasskey, offerPasskey, removePasskey } from "./account/passkeys.ts";
import {
  confirmSecondFactor,
  removeSecondFactor,
  renewRecoveryCodes,
  startSecondFactor,
  turnOffSecondFactor,
} from "./account/second-factor.ts";
import { endOtherSessions, endSession } from "./account/sessions.ts";
import type { CommandAdapters } from "./adapters.ts";
import { backUp } from "./backups/back-up.ts";
import { removeBackup } from "./backups/remove-backup.ts";
import { restoreBackup } from "./backups/restore-backup.ts";
import { setBackupPlace } from "./backups/set-place.ts";
import { setBackupPlan } from "./backups/set-plan.ts";
import { applyChanges } from "./deployments/apply-changes.ts";
import { cancel } from "./deployments/cancel.ts";
import { deploy } from "./deployments/deploy.ts";
import { dismissFailure } from "./deployments/dismiss-failure.ts";
import { redeploy } from "./deployments/redeploy.ts";
import { redeployProduct } from "./deployments/redeploy-product.ts";
import { retry } from "./deployments/retry.ts";
import { stop } from "./deployments/stop.ts";
import { createEnvironment } from "./environments/create-environment.ts";
import { removeEnvironment } from "./environments/remove-environment.ts";
import { changePerson, removePerson } from "./people/change-person.ts";
import { invite, withdrawInvitation } from "./people/invite.ts";
import { makeResetLink } from "./people/make-links.ts";
import { removeProvider, setProvider } from "./people/set-provider.ts";
import { changeProduct } from "./products/change-product.ts";
import { createProduct } from "./products/create-product.ts";
import { deleteProduct } from "./products/delete-product.ts";
import { deploySample } from "./products/deploy-sample.ts";
import { install } from "./products/install.ts";
import { uninstall } from "./products/uninstall.ts";
import { acceptPush } from "./pushes/accept-push.ts";
import { planPush } from "./pushes/plan-push.ts";
import { hideSetUp } from "./settings/hide-set-up.ts";
import { revealVariable } from "./settings/reveal-variable.ts";
import { setDomains } from "./settings/set-domains.ts";
import { setServiceSettings } from "./settings/set-service-settings.ts";
import { setVariables } from "./settings/set-variables.ts";
import { beginProviderSignIn, finishProviderSignIn } from "./sign-in/provider-sign-in.ts";
import { offerPasskeySignIn, signInWithPasskey } from "./sign-in/sign-in-with-passkey.ts";
import { signInWithPassword } from "./sign-in/sign-in-with-password.ts";
import { useLink } from "./sign-in/use-link.ts";
import { useSecondFactor } from "./sign-in/use-second-factor.ts";
import { createToken } from "./tokens/create-token.ts";
import { revokeToken } from "./tokens/revoke-token.ts";
import { stampUses } from "./tokens/stamp-uses.ts";
import { checkRepository } from "./webhooks/check-repository.ts";
import { makeDeployKey } from "./webhooks/make-deploy-key.ts";
import { makeWebhookSecret } from "./webhooks/make-webhook-secret.ts";
import { createReceiveDelivery, type ReceiveDelivery } from "./webhooks/receive-delivery.ts";
import { redeliver } from "./webhooks/redeliver.ts";
import { refuseDelivery } from "./webhooks/refuse-delivery.ts";
import { removeDeployKey } from "./webhooks/remove-deploy-key.ts";
import { whyUnread } from "./webhooks/why-unread.ts";

const commands = {
  deploy,
  retry,
  redeploy,
  redeployProduct,
  applyChanges,
  cancel,
  stop,
  dismissFailure,

  createProduct,
  deploySample,
  changeProduct,
  deleteProduct,
  install,
  uninstall,
  createEnvironment,
  removeEnvironment,

  revealVariable,
  setVariables,
  setServiceSettings,
  setDomains,
  hideSetUp,

  backUp,
  restoreBackup,
  removeBackup,
  setBackupPlan,
  setBackupPlace,

  planPush,
  acceptPush,

  whyUnread,
  refuseDelivery,
  redeliver,
  checkRepository,
  makeWebhookSecret,
  makeDeployKey,
  removeDeployKey,

  invite,
  withdrawInvitation,
  changePerson,
  removePerson,

  createToken,
  revokeToken,
  stampUses,

  signInWithPassword,
  useSecondFactor,
  offerPasskeySignIn,
  signInWithPasskey,
  beginProviderSignIn,
  finishProviderSignIn,
  useLink,

  changeProfile,
  changePassword,
  startSecondFactor,
  confirmSecondFactor,
  renewRecoveryCodes,
  turnOffSecondFactor,
  offerPasskey,
  addPasskey,
  removePasskey,
  endSession,
  endOtherSessions,

  makeResetLink,
  removeSecondFactor,
  setProvider,
  removeProvider,

  ensureCsrfKey,
  signIn,
  signOut,
  recordAction,
} satisfies Readonly<Record<string, Command>>;

type Command = (adapters: CommandAdapters, ...request: never[]) => Promise<unknown>;

type Bound<C> = C extends (adapters: never, ...request: infer Request) => infer Outcome
  ? (...request: Request) => Outcome
  : never;

/**
 * Everything that a user, a push or a forge can ask of Baton. A command records the intent and returns; the worker or
 * the reconciler acts on it.
 */
export type Commands = { readonly [Name in keyof typeof commands]: Bound<(typeof commands)[Name]> } & {
  readonly receiveDelivery: ReceiveDelivery;
};

export function createCommands(adapters: CommandAdapters): Commands {
  const bound = Object.entries<Command>(commands).map(([name, command]) => [name, command.bind(null, adapters)]);
  return { ...Object.fromEntries(bound), receiveDelivery: createReceiveDelivery(adapters) };
}
