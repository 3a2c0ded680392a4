package dataflow

import (
	"regexp"
	"strconv"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// The rules for labels. Source: field Job.labels of the Dataflow API, whose expression for keys lacks its brackets, and
// https://docs.cloud.google.com/compute/docs/labeling-resources#requirements.
var (
	labelKeyForm   = regexp.MustCompile(`^\p{Ll}[\p{Ll}\p{Lo}\p{N}_-]{0,62}$`)
	labelValueForm = regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$`)
)

const (
	maxLabels     = 64
	maxLabelBytes = 128
)

func checkLabels(labels map[string]string) error {
	if len(labels) > maxLabels {
		return core.BadRequest("got " + strconv.Itoa(len(labels)) + " labels, want at most " + strconv.Itoa(maxLabels))
	}
	for key, value := range labels {
		switch {
		case !labelKeyForm.MatchString(key) || len(key) > maxLabelBytes:
			return core.BadRequest("got label key \"" + key + "\", want " + labelKeyForm.String())
		case !labelValueForm.MatchString(value) || len(value) > maxLabelBytes:
			return core.BadRequest("got a value of label \"" + key + "\" that is no " + labelValueForm.String())
		}
	}
	return nil
}
