package gcs

import "slices"

// surface lists all methods that the server serves, by verb and kind of path.
func (s *Server) surface() map[string]method {
	conditions := []string{"ifGenerationMatch", "ifGenerationNotMatch", "ifMetagenerationMatch", "ifMetagenerationNotMatch"}
	source := []string{"ifSourceGenerationMatch", "ifSourceGenerationNotMatch", "ifSourceMetagenerationMatch",
		"ifSourceMetagenerationNotMatch"}
	bucket := conditions[2:]
	insert := with(conditions, "contentEncoding", "predefinedAcl", "kmsKeyName", "name", "upload_id")
	get := with(conditions, "generation", "softDeleted")
	change := with(conditions, "generation", "predefinedAcl", "overrideUnlockedRetention")
	cp := slices.Concat(conditions, source, []string{"destinationKmsKeyName", "destinationPredefinedAcl", "sourceGeneration"})
	list := []string{"delimiter", "endOffset", "includeTrailingDelimiter", "matchGlob", "maxResults", "pageToken", "prefix",
		"softDeleted", "startOffset", "versions"}
	return map[string]method{
		"GET buckets":            {"storage.buckets.list", s.listBuckets, []string{"maxResults", "pageToken", "prefix", "project"}},
		"POST buckets":           {"storage.buckets.insert", s.insertBucket, []string{"enableObjectRetention", "project"}},
		"GET bucket":             {"storage.buckets.get", s.getBucket, bucket},
		"PATCH bucket":           {"storage.buckets.patch", s.patchBucket, bucket},
		"PUT bucket":             {"storage.buckets.update", s.updateBucket, bucket},
		"DELETE bucket":          {"storage.buckets.delete", s.deleteBucket, bucket},
		"POST bucket lock":       {"storage.buckets.lockRetentionPolicy", s.lockBucket, bucket[:1]},
		"GET bucket permissions": {"storage.buckets.testIamPermissions", s.testBucketPermissions, []string{"permissions"}},
		"GET service account":    {"storage.projects.serviceAccount.get", s.getServiceAccount, nil},
		"GET objects":            {"storage.objects.list", s.listObjects, list},
		"POST objects":           {"storage.objects.insert", s.insert, insert},
		"POST upload":            {"storage.objects.insert", s.insert, insert},
		"PUT upload":             {"storage.objects.insert", s.insert, insert},
		"DELETE upload":          {"storage.objects.insert", s.cancelUpload, insert},
		"GET object":             {"storage.objects.get", s.getObject, get},
		"HEAD object":            {"storage.objects.get", s.getObject, get},
		"PATCH object":           {"storage.objects.patch", s.patchObject, change},
		"PUT object":             {"storage.objects.update", s.updateObject, change},
		"DELETE object":          {"storage.objects.delete", s.deleteObject, with(conditions, "generation")},
		"POST compose":           {"storage.objects.compose", s.compose, with(conditions, "destinationPredefinedAcl", "kmsKeyName", "dropContextGroups")},
		"POST restore":           {"storage.objects.restore", s.restore, with(conditions, "generation")},
		"POST rewrite": {"storage.objects.rewrite", s.rewrite,
			with(cp, "dropContextGroups", "maxBytesRewrittenPerCall", "rewriteToken")},
		"POST copy":      {"storage.objects.copy", s.copyObject, cp},
		"POST move":      {"storage.objects.move", s.move, slices.Concat(conditions, source)},
		"GET media":      {"storage.objects.get", s.read, get},
		"HEAD media":     {"storage.objects.get", s.read, get},
		"GET XML media":  {"storage.objects.get", s.read, get},
		"HEAD XML media": {"storage.objects.get", s.read, get},
	}
}

func with(names []string, more ...string) []string { return slices.Concat(names, more) }

// everywhere are the parameters of every method. There is no billing, so that userProject has no effect.
func everywhere() []string {
	return []string{"alt", "fields", "key", "oauth_token", "prettyPrint", "projection", "quotaUser", "uploadType", "userIp",
		"userProject", "$.xgafv"}
}
