package sarif

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"path/filepath"
	"strconv"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// addResults adds findings and the rules that they refer to.
func (r *run) addResults(file string, findings rule.Findings) {
	place := physical{artifact{(&url.URL{Path: filepath.ToSlash(file)}).String(), "%SRCROOT%"}, region{1}}
	indexes, same := map[string]int{}, map[string]int{}
	for _, f := range findings {
		id := ruleID(f.Rule)
		index, known := indexes[id]
		if !known {
			index = len(r.Tool.Driver.Rules)
			indexes[id] = index
			r.Tool.Driver.Rules = append(r.Tool.Driver.Rules, describe(id, f.Rule))
		}
		hash := fingerprint(id, f.Resource)
		same[hash]++
		kind, level := kindAndLevel(f)
		r.Results = append(r.Results, result{
			RuleID: id, RuleIndex: index, Kind: kind, Level: level, Message: message{messageText(f)},
			Locations:    []location{{place, []logical{{cut(plain(f.Resource), maxText), "resource"}}}},
			Fingerprints: map[string]string{"primaryLocationLineHash": hash + ":" + strconv.Itoa(same[hash])},
			Properties:   map[string]any{"verdict": f.Verdict},
		})
	}
}

// fingerprint identifies the results of a rule on a resource, whatever their words.
func fingerprint(id, resource string) string {
	sum := sha256.Sum256([]byte(id + "\x00" + resource))
	return hex.EncodeToString(sum[:8])
}

// kindAndLevel returns what SARIF calls the verdict and the severity of a finding. Only a failure may have a level.
func kindAndLevel(f rule.Finding) (kind, level string) {
	if f.Verdict == rule.VerdictCannotSee {
		return "open", "none"
	}
	return "fail", levelOf(f.Severity())
}

func levelOf(s rule.Severity) string {
	switch s {
	case rule.SeverityWarning:
		return "warning"
	case rule.SeverityNotice:
		return "note"
	}
	return "error"
}

// securitySeverity is a score by which GitHub shows alerts as of high, medium and low severity.
func securitySeverity(s rule.Severity) string {
	switch s {
	case rule.SeverityWarning:
		return "5.0"
	case rule.SeverityNotice:
		return "2.0"
	}
	return "8.0"
}

// describe returns what a log says of a rule. Unlike the other texts, markdown may hold links.
func describe(printed string, id rule.ID) descriptor {
	r, _ := rule.Find(id)
	d := descriptor{
		ID: printed, Short: message{cut(text(r.Title), maxDescription)}, Full: message{cut(text(r.Text), maxDescription)},
		Help: help{
			Text:     text(r.Why + "\n\nTo do: " + r.Remedy),
			Markdown: r.Why + "\n\n**To do:** " + r.Remedy + "\n\n[Documentation](" + r.Link + ")",
		},
		HelpURI: r.Link,
	}
	d.Default.Level = levelOf(r.Severity)
	d.Properties = map[string]any{"tags": []string{"security", "cmek"}, "security-severity": securitySeverity(r.Severity), "duty": r.Duty}
	return d
}
