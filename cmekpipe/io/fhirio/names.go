package fhirio

import (
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

// tempFolder is the folder, inside the one that Import was given, with the batches of one attempt.
func tempFolder(id string) string { return keyedgcs.TempPrefix + id + "/" }

func batchName(id string) string { return "fhirImportBatch-" + id + ".ndjson" }

// inFolder names an object in a folder, with the folder's key.
func inFolder(folder cmekpipe.Object, name string) (cmekpipe.Object, error) {
	return keyedgcs.Sibling(folder, withSlash(folder)+name)
}

// batchFolder returns the folder of a batch in temp. It reports false for the name of anything else.
func batchFolder(temp cmekpipe.Object, name string) (string, bool) {
	return keyedgcs.TempFolder(withSlash(temp), name)
}

func withSlash(folder cmekpipe.Object) string { return strings.TrimSuffix(folder.Name(), "/") + "/" }

func baseName(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }
