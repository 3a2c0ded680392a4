package rule_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/golden"
)

const listFile = "testdata/rules.golden"

// An ID stands in alerts and suppressions for ever. A rule that goes stays in the list, marked "retired ", so that no
// other rule gets its ID.
func TestIDsAreNeverReused(t *testing.T) {
	known := listedRules(t)
	listed := make([]string, 0, len(known))
	for _, r := range rule.All() {
		line := string(r.ID) + " " + r.Title
		for _, old := range known {
			retired := strings.HasPrefix(old, "retired ")
			id, _, _ := strings.Cut(strings.TrimPrefix(old, "retired "), " ")
			if id == string(r.ID) && (retired || old != line) {
				t.Errorf("%s: got title %q, the list has %q: give the new rule a new ID", r.ID, r.Title, old)
			}
		}
		listed = append(listed, line)
	}
	for _, old := range known {
		if !slices.Contains(listed, old) && !strings.HasPrefix(old, "retired ") {
			t.Errorf("rule %q went: put \"retired \" before its line in %s", old, listFile)
		}
		if strings.HasPrefix(old, "retired ") {
			listed = append(listed, old)
		}
	}
	if golden.Updating() && !t.Failed() {
		if err := os.WriteFile(listFile, []byte(strings.Join(listed, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	slices.Sort(listed)
	slices.Sort(known)
	if diff := cmp.Diff(known, listed); diff != "" {
		t.Errorf("rules differ from %s (-want +got); add new ones with go test ./cmekpipe/rule -update:\n%s", listFile, diff)
	}
}

func listedRules(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(listFile)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' })
}

func TestEveryRuleIsWhole(t *testing.T) {
	all := rule.All()
	if len(all) == 0 {
		t.Fatal("got no rules")
	}
	sentence := regexp.MustCompile(`^[A-Z"].*\.$`)
	for i, r := range all {
		if !regexp.MustCompile(`^CMEK\d{3}$`).MatchString(string(r.ID)) {
			t.Errorf("got ID %q, want CMEK and three digits", r.ID)
		}
		if i > 0 && r.ID <= all[i-1].ID {
			t.Errorf("got %s behind %s, want them in order and each once", r.ID, all[i-1].ID)
		}
		if (r.Code != "") != (r.Severity == rule.SeverityError) {
			t.Errorf("%s: got code %q and severity %q, want a code of an error, and of nothing else", r.ID, r.Code, r.Severity)
		}
		if r.Title == "" || strings.HasSuffix(r.Title, ".") || strings.ToLower(r.Title[:1]) != r.Title[:1] {
			t.Errorf("%s: got title %q, want a clause that can follow \"cannot see whether\"", r.ID, r.Title)
		}
		if r.Remedy == "" || !strings.HasPrefix(r.Link, "https://") {
			t.Errorf("got %+v, want remedy and link", r)
		}
		for _, text := range []string{r.Text, r.Why} {
			if !sentence.MatchString(text) || strings.Contains(text, "  ") || len(text) > 1000 {
				t.Errorf("%s: got %q, want sentences", r.ID, text)
			}
		}
		if !slices.Contains([]rule.Severity{rule.SeverityError, rule.SeverityWarning, rule.SeverityNotice}, r.Severity) {
			t.Errorf("%s: got severity %q", r.ID, r.Severity)
		}
		if !slices.Contains([]rule.Duty{rule.DutyCustomer, rule.DutyGoogle}, r.Duty) {
			t.Errorf("%s: got duty %q", r.ID, r.Duty)
		}
		if !regexp.MustCompile(`^v\d+\.\d+\.\d+$`).MatchString(r.Since) {
			t.Errorf("%s: got since %q, want a version", r.ID, r.Since)
		}
		if r.ID.Area() == "" {
			t.Errorf("%s is in no range of IDs", r.ID)
		}
		if found, ok := rule.Find(r.ID); !ok || found != r {
			t.Errorf("Find(%s): got %+v %v, want the rule", r.ID, found, ok)
		}
	}
}

func TestFindOfAnUnknownIDIsAnErrorRule(t *testing.T) {
	for _, id := range []rule.ID{"", "CMEK999", "cmek021"} {
		r, ok := rule.Find(id)
		if ok || r.ID != id || r.Severity != rule.SeverityError || r.Code == "" || r.Title == "" || r.Remedy == "" {
			t.Errorf("Find(%q) = %+v %v, want a whole rule of severity error and false", id, r, ok)
		}
	}
}

// The ranges of IDs in the package's documentation are those of the code, and every other ID is in none.
func TestRangesAreDocumented(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	documented := documentedRanges(file)
	if len(documented) < 10 {
		t.Fatalf("got %d ranges in doc.go, want all of them", len(documented))
	}
	for number := range 1000 {
		id := rule.ID("CMEK" + strconv.Itoa(number + 1000)[1:])
		if got, want := id.Area(), documented[id]; got != want {
			t.Errorf("%s: got area %q, want %q as doc.go says", id, got, want)
		}
	}
	for _, id := range []rule.ID{"", "CMEK21", "CMEK0021", "CMEK+21", "CMEK 21", "cmek021", "XMEK021"} {
		if got := id.Area(); got != "" {
			t.Errorf("ID(%q).Area() = %q, want none", id, got)
		}
	}
}

// documentedRanges returns the area of each ID in a range that a package comment lists.
func documentedRanges(file *ast.File) map[rule.ID]string {
	areas := map[rule.ID]string{}
	for _, m := range regexp.MustCompile(`CMEK(\d{3}) to CMEK(\d{3})  ([^:,\n]+)`).FindAllStringSubmatch(file.Doc.Text(), -1) {
		first, _ := strconv.Atoi(m[1])
		last, _ := strconv.Atoi(m[2])
		for number := first; number <= last; number++ {
			areas[rule.ID("CMEK"+strconv.Itoa(number + 1000)[1:])] = m[3]
		}
	}
	return areas
}
