package gcs

import (
	"net/url"
	"strings"
)

// kind is what a path names.
type kind string

const (
	bucketsKind        kind = "buckets"
	bucketKind         kind = "bucket"
	lockKind           kind = "bucket lock"
	permissionsKind    kind = "bucket permissions"
	objectsKind        kind = "objects"
	objectKind         kind = "object"
	composeKind        kind = "compose"
	restoreKind        kind = "restore"
	rewriteKind        kind = "rewrite"
	copyKind           kind = "copy"
	moveKind           kind = "move"
	serviceAccountKind kind = "service account"
	uploadKind         kind = "upload"
	mediaKind          kind = "media"     // the JSON API's download
	xmlObjectKind      kind = "XML media" // the XML API's
	unknownKind        kind = ""
)

// target is a parsed path.
type target struct {
	kind             kind
	project          string
	bucket, object   string
	toBucket, toName string // the destination of a copy, rewrite or move
}

// url returns the resource of the call for faults: the destination if there is one.
func (t target) url() string {
	bucket, object := t.bucket, t.object
	if t.toName != "" {
		bucket, object = t.toBucket, t.toName
	}
	if object == "" {
		return "gs://" + bucket
	}
	return "gs://" + bucket + "/" + object
}

// parsePath parses an escaped path. In the JSON API a name is one segment with escaped slashes; in the XML API an
// object's name is everything after the bucket's. Any other path is of unknownKind.
func parsePath(escaped string) target {
	path := strings.TrimPrefix(escaped, "/")
	if after, found := strings.CutPrefix(path, "storage/v1/"); found {
		return parseSegments(after, jsonTarget)
	}
	if after, found := strings.CutPrefix(strings.TrimPrefix(path, "resumable/"), "upload/storage/v1/"); found {
		return parseSegments(after, uploadTarget)
	}
	if after, found := strings.CutPrefix(path, "download/storage/v1/"); found {
		return parseSegments(after, downloadTarget)
	}
	return xmlTarget(path)
}

func parseSegments(path string, parse func([]string) target) target {
	segments, ok := unescapeAll(strings.Split(strings.TrimSuffix(path, "/"), "/"))
	if !ok {
		return target{}
	}
	return parse(segments)
}

func unescapeAll(segments []string) ([]string, bool) {
	for i, s := range segments {
		name, err := url.PathUnescape(s)
		if err != nil || name == "" {
			return nil, false
		}
		segments[i] = name
	}
	return segments, true
}

func xmlTarget(path string) target {
	bucket, object, _ := strings.Cut(path, "/")
	names, ok := unescapeAll([]string{bucket, object})
	if !ok {
		return target{}
	}
	return target{kind: xmlObjectKind, bucket: names[0], object: names[1]}
}

func uploadTarget(s []string) target {
	t := jsonTarget(s)
	if t.kind != objectsKind {
		return target{}
	}
	t.kind = uploadKind
	return t
}

func downloadTarget(s []string) target {
	t := jsonTarget(s)
	if t.kind != objectKind {
		return target{}
	}
	t.kind = mediaKind
	return t
}

// jsonTarget parses the segments after /storage/v1/.
func jsonTarget(s []string) target {
	switch {
	case len(s) == 1 && s[0] == "b":
		return target{kind: bucketsKind}
	case len(s) == 3 && s[0] == "projects" && s[2] == "serviceAccount":
		return target{kind: serviceAccountKind, project: s[1]}
	case len(s) == 2 && s[0] == "b":
		return target{kind: bucketKind, bucket: s[1]}
	case len(s) == 3 && s[0] == "b" && s[2] == "lockRetentionPolicy":
		return target{kind: lockKind, bucket: s[1]}
	case len(s) == 4 && s[0] == "b" && s[2] == "iam" && s[3] == "testPermissions":
		return target{kind: permissionsKind, bucket: s[1]}
	case len(s) == 3 && s[0] == "b" && s[2] == "o":
		return target{kind: objectsKind, bucket: s[1]}
	case len(s) >= 4 && s[0] == "b" && s[2] == "o":
		return objectTarget(s[1], s[3], s[4:])
	}
	return target{}
}

// objectTarget parses the operation on an object.
func objectTarget(bucket, object string, action []string) target {
	t := target{bucket: bucket, object: object}
	switch {
	case len(action) == 0:
		t.kind = objectKind
	case len(action) == 1 && action[0] == "compose":
		t.kind = composeKind
	case len(action) == 1 && action[0] == "restore":
		t.kind = restoreKind
	case len(action) == 5 && action[0] == "rewriteTo" && action[1] == "b" && action[3] == "o":
		t.kind, t.toBucket, t.toName = rewriteKind, action[2], action[4]
	case len(action) == 5 && action[0] == "copyTo" && action[1] == "b" && action[3] == "o":
		t.kind, t.toBucket, t.toName = copyKind, action[2], action[4]
	case len(action) == 3 && action[0] == "moveTo" && action[1] == "o":
		t.kind, t.toBucket, t.toName = moveKind, bucket, action[2]
	}
	return t
}
