package dataflow

import (
	"context"
	"strings"
)

// writeTemp writes what the service and its workers leave below the temp location of every job that starts. They name no key
// there, so that the object is encrypted with the default key of its bucket, or with none. It returns the service's text for a
// job that can't write there.
func (s *Server) writeTemp(ctx context.Context, j *job) (refusal string) {
	bucket, prefix := tempFolder(j.Environment.TempStoragePrefix)
	if bucket == "" || !s.files.HasBucket(ctx, bucket) {
		return "" // Google's service refuses neither
	}
	name := strings.TrimPrefix(strings.Trim(prefix, "/")+"/"+j.Name+"-"+j.id+"/worker-status", "/")
	if err := s.files.Write(ctx, bucket, name, "dataflow.jobs.create", []byte("workers of "+j.id+" started\n")); err != nil {
		return "Workflow failed. Causes: " + err.Error()
	}
	return ""
}

// tempFolder splits the forms of field tempStoragePrefix of the API's Environment, and gs:// URLs.
func tempFolder(prefix string) (bucket, folder string) {
	const host = "storage.googleapis.com"
	if path, ok := strings.CutPrefix(prefix, "gs://"); ok {
		bucket, folder, _ = strings.Cut(path, "/")
		return bucket, folder
	}
	if path, ok := strings.CutPrefix(prefix, host+"/"); ok {
		bucket, folder, _ = strings.Cut(path, "/")
		return bucket, folder
	}
	first, folder, _ := strings.Cut(prefix, "/")
	bucket, ok := strings.CutSuffix(first, "."+host)
	if !ok {
		return "", ""
	}
	return bucket, folder
}
