package restapi

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Method is a method of an API.
type Method struct {
	// Name is the name for faults: "cloudresourcemanager.projects.get".
	Name string
	// Verb is GET, POST, PUT, PATCH or DELETE.
	Verb string
	// Path has "*" for a part between slashes that the call reads with [Call.Arg], and "**" for several: "/v3/projects/*:getIamPolicy".
	Path string
	// Query lists the parameters that the method reads, in addition to those that all methods have.
	Query []string
	// Serve does the work and returns the resource to answer. It is nil for a method that the API doesn't serve.
	Serve func(*Call) (any, error)
}

// match returns the parts of a path that stand for the pattern's "*".
func (m Method) match(r *http.Request) (args []string, ok bool) {
	if r.Method != m.Verb {
		return nil, false
	}
	path := r.URL.EscapedPath()
	pattern, verb, custom := cutAction(m.Path)
	if custom {
		if path, ok = strings.CutSuffix(path, ":"+verb); !ok {
			return nil, false
		}
	}
	return matchParts(strings.Split(pattern, "/"), strings.Split(path, "/"))
}

// cutAction splits "…:getIamPolicy" in the last part of a path.
func cutAction(path string) (rest, action string, found bool) {
	i := strings.LastIndexByte(path, ':')
	if i < strings.LastIndexByte(path, '/') {
		return path, "", false
	}
	return path[:i], path[i+1:], true
}

func matchParts(pattern, parts []string) (args []string, ok bool) {
	for i, want := range pattern {
		if want == "**" {
			rest := len(pattern) - i - 1
			if len(parts)-i <= rest {
				return nil, false
			}
			several := strings.Join(parts[i:len(parts)-rest], "/")
			tail, ok := matchParts(pattern[i+1:], parts[len(parts)-rest:])
			return append(append(args, several), tail...), ok
		}
		if i >= len(parts) || parts[i] == "" && want == "*" {
			return nil, false
		}
		if want == "*" {
			arg, err := url.PathUnescape(parts[i])
			if err != nil {
				return nil, false
			}
			args = append(args, arg)
		} else if want != parts[i] {
			return nil, false
		}
	}
	return args, len(parts) == len(pattern)
}

// everywhere are the parameters of every method, which have no effect.
func everywhere() []string {
	return []string{"alt", "fields", "key", "oauth_token", "prettyPrint", "quotaUser", "uploadType", "$.xgafv", "$alt"}
}

// unknownParameter returns a parameter that the method would ignore.
func (m Method) unknownParameter(query url.Values) (name string, found bool) {
	for name, values := range query {
		if !slices.Contains(everywhere(), name) && !slices.Contains(m.Query, name) && strings.Join(values, "") != "" {
			return name, true
		}
	}
	return "", false
}
