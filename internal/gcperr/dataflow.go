package gcperr

import (
	"regexp"
	"strings"
	"unicode"
)

// DataflowText returns the part of a Dataflow job message that may be shown. It reports false for a message that is not known
// to come from the service itself: messages of workers, and unknown ones, may hold elements. A message of the service is cut
// where it starts to quote another program.
func DataflowText(message string) (string, bool) {
	text := messageID.ReplaceAllString(strings.TrimSpace(message), "")
	for _, start := range dataflowStarts() {
		if strings.HasPrefix(text, start) {
			return cutQuotes(text), true
		}
	}
	return "", false
}

// messageID is the number that Dataflow writes before some messages: "(c31f81dff566e4d3): ".
var messageID = regexp.MustCompile(`\([0-9a-f]{8,}\): `)

// dataflowStarts are the first words of messages that Dataflow itself writes: about failures and their causes, and about
// workers, stages and steps. Source: the messages that Beam's runners print, as in https://github.com/apache/beam/issues/19306 and https://github.com/apache/beam/pull/34381.
func dataflowStarts() []string {
	return []string{
		"Workflow failed", "Workflow job ", "Cloud KMS key ",
		"Startup of the worker pool ", "Permissions verification for ", "There was a problem refreshing your credentials",
		"[The preflight pipeline validation failed", "Checking permissions granted to ", "Checking required Cloud APIs ",
		"Worker configuration: ", "Autoscaling", "Starting ", "Stopping ", "Stopped ", "Worker pool ", "Workers have ",
		"Cleaning up", "Tearing down ", "Executing ", "Finished ", "Expanding ", "Fusing ", "Lifting ", "Annotating ",
		"Adding ", "Assigning ", "Cancel request ", "Your project already contains ",
	}
}

// quotes are the words after which Dataflow repeats what another program said.
func quotes() []string {
	return []string{
		"Error message from worker", "Root cause:", "error message:", "HTTP transport error", "Traceback", "Exception",
		"caused by", "generic::",
	}
}

// cutQuotes returns the service's own first line, shortened.
func cutQuotes(text string) string {
	const limit = 500
	text, _, _ = strings.Cut(text, "\n")
	for _, quoted := range quotes() {
		text, _, _ = strings.Cut(text, quoted)
	}
	if len(text) > limit {
		text = text[:limit] + "…"
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	return strings.TrimSpace(text)
}
