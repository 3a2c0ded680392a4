package fhirio

import (
	"crypto/rand"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// idLength is at least the length of a newID.
const idLength = 26

func newID() string { return strings.ToLower(rand.Text()) }

// tempFolder is where one Import keeps its batches, below the folder that it was given.
func tempFolder(id string) string { return ".cmekpipe-temp-" + id + "/" }

func batchName(id string) string { return "fhirImportBatch-" + id + ".ndjson" }

// inFolder names an object of a folder under the folder's key.
func inFolder(folder cmekpipe.Object, name string) (cmekpipe.Object, error) {
	return folder.Key().Object("gs://" + folder.Bucket() + "/" + strings.TrimSuffix(folder.Name(), "/") + "/" + name)
}

// folderPrefix is what the names of all objects in a folder begin with.
func folderPrefix(folder cmekpipe.Object, name string) string {
	return strings.TrimSuffix(folder.Name(), "/") + "/" + name
}

// object names an object of a folder's bucket under the folder's key.
func object(folder cmekpipe.Object, name string) (cmekpipe.Object, error) {
	return folder.Key().Object("gs://" + folder.Bucket() + "/" + name)
}

func baseName(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }
