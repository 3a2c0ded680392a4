package gcs

import (
	"encoding/json"
	"slices"
	"strings"
)

// selection is the set of answer fields that a client requested. The nil selection means all of a field.
type selection map[string]selection

// parseFields reads a parameter such as "nextPageToken,items(name,size)" or "resource/name". Source:
// https://docs.cloud.google.com/storage/docs/json_api#partial-response.
func parseFields(text string) (selection, error) {
	s := make(selection)
	rest, ok := s.parse(text)
	if !ok || rest != "" {
		return nil, invalid("Invalid field selection %s", text)
	}
	return s, nil
}

// parse reads fields until the end of the text or of its parentheses, and returns the remaining text.
func (s selection) parse(text string) (rest string, ok bool) {
	for {
		end := strings.IndexAny(text+",", ",()")
		path := strings.Split(text[:end], "/")
		if slices.Contains(path, "") {
			return "", false
		}
		text = text[end:]
		into, name := s, path[len(path)-1]
		for _, outer := range path[:len(path)-1] {
			into = into.inner(outer)
		}
		if strings.HasPrefix(text, "(") {
			if text, ok = into.inner(name).parse(text[1:]); !ok || !strings.HasPrefix(text, ")") {
				return "", false
			}
			text = text[1:]
		} else if !into.has(name) {
			into[name] = nil
		}
		if !strings.HasPrefix(text, ",") {
			return text, true
		}
		text = text[1:]
	}
}

func (s selection) inner(name string) selection {
	if s[name] == nil {
		s[name] = make(selection)
	}
	return s[name]
}

// of returns the selected fields of an answer.
func (s selection) of(answer any) (any, error) {
	text, err := json.Marshal(answer)
	if err != nil {
		return nil, err
	}
	var fields any
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	return s.filter(fields), nil
}

func (s selection) filter(value any) any {
	if s == nil || s.has("*") {
		return value
	}
	switch v := value.(type) {
	case map[string]any:
		kept := make(map[string]any)
		for name, field := range v {
			if s.has(name) {
				kept[name] = s[name].filter(field)
			}
		}
		return kept
	case []any:
		for i := range v {
			v[i] = s.filter(v[i])
		}
	}
	return value
}

func (s selection) has(name string) bool {
	_, found := s[name]
	return found
}
