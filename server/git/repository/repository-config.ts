/**
 * The ref namespace that keeps deployments' commits. It is hidden from clients, which can neither read nor write it.
 */
export const deploymentRefs = "refs/deployments/";

/** The ref into which a fetch writes. */
export const fetchedRef = "refs/fetched/tip";

/** The size limit of one push, packed. */
export const usualMaxPushBytes = 512 * 1024 * 1024;

/**
 * The content of a repository's `config` file. Git's defaults that matter are spelled out, so that a newer git cannot
 * change them.
 */
export function repositoryConfig({ maxPushBytes }: { readonly maxPushBytes: number }): string {
  return `# Written by Baton at every push: changes here are lost.
[core]
	repositoryformatversion = 0
	filemode = true
	bare = true
	hooksPath = /dev/null
	logAllRefUpdates = false
	# Larger files are streamed instead of being held in memory, when they arrive and when they are read.
	bigFileThreshold = 16m
	# A push that was acknowledged survives a power cut; by default git syncs packs, but not loose objects.
	fsync = committed
	fsyncMethod = batch
[http]
	getanyfile = false
	receivepack = true
[receive]
	fsckObjects = true
	maxInputSize = ${maxPushBytes}
	advertisePushOptions = true
	# Refs are stored apart from each other: a deployment that fails must not refuse the tag beside it.
	advertiseAtomic = false
	autogc = false
[fetch]
	# What a forge sends is looked at like a push. Old, harmless faults of real histories are let through.
	fsckObjects = true
[fetch "fsck"]
	zeroPaddedFilemode = ignore
	missingSpaceBeforeDate = ignore
	badTimezone = ignore
[transfer]
	hideRefs = refs/deployments
	hideRefs = refs/fetched
	hideRefs = refs/replace
[uploadpack]
	allowTipSHA1InWant = false
	allowReachableSHA1InWant = false
	allowAnySHA1InWant = false
[gc]
	auto = 0
[maintenance]
	auto = false
`;
}
