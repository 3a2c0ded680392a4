package fhirio

import (
	"crypto/rand"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// idLength is at least the length of a newID.
const idLength = 26

func newID() string { return strings.ToLower(rand.Text()) }

// tempPrefix begins the folders where Import keeps its batches, below the folder that it was given.
const tempPrefix = ".cmekpipe-temp-"

func tempFolder(id string) string { return tempPrefix + id + "/" }

func batchName(id string) string { return "fhirImportBatch-" + id + ".ndjson" }

// inFolder names an object in a folder, with the folder's key.
func inFolder(folder cmekpipe.Object, name string) (cmekpipe.Object, error) {
	return folder.Key().Object("gs://" + folder.Bucket() + "/" + strings.TrimSuffix(folder.Name(), "/") + "/" + name)
}

// batchFolder returns the folder of a batch below temp. It reports false for the name of anything else.
func batchFolder(temp cmekpipe.Object, name string) (string, bool) {
	above := strings.TrimSuffix(temp.Name(), "/") + "/"
	rest, ok := strings.CutPrefix(name, above+tempPrefix)
	id, object, _ := strings.Cut(rest, "/")
	return above + tempFolder(id), ok && id != "" && object != "" && !strings.Contains(object, "/")
}

// object names an object of a folder's bucket, with the folder's key.
func object(folder cmekpipe.Object, name string) (cmekpipe.Object, error) {
	return folder.Key().Object("gs://" + folder.Bucket() + "/" + name)
}

func baseName(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }
