package kms

import (
	"encoding/base64"
	"strconv"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// The limits of a page size. Larger sizes are reduced to the limit.
const (
	defaultPageSize = 100
	maxPageSize     = 1000
)

// listRequest has the fields that all list requests share.
type listRequest interface {
	GetPageSize() int32
	GetPageToken() string
	GetFilter() string
	GetOrderBy() string
}

// checkList refuses fields that would otherwise be ignored.
func checkList(r listRequest) error {
	if r.GetFilter() != "" || r.GetOrderBy() != "" {
		return status.Error(codes.Unimplemented, "the loopback Cloud KMS has no filter and no order_by: list all and choose")
	}
	if r.GetPageSize() < 0 {
		return invalid("got page_size %d, want 0 or more", r.GetPageSize())
	}
	return nil
}

// cutPage returns the requested page and the token of the next one, "" at the end.
func cutPage[T any](all []T, r listRequest) (page []T, next string, err error) {
	from, err := parseToken(r.GetPageToken(), len(all))
	if err != nil {
		return nil, "", err
	}
	size := min(int(r.GetPageSize()), maxPageSize)
	if size == 0 {
		size = defaultPageSize
	}
	to := min(from+size, len(all))
	if to < len(all) {
		next = formatToken(to)
	}
	return all[from:to], next, nil
}

func formatToken(from int) string {
	return base64.RawURLEncoding.EncodeToString(strconv.AppendInt([]byte("from:"), int64(from), 10))
}

func parseToken(token string, size int) (from int, err error) {
	if token == "" {
		return 0, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err == nil && len(text) > len("from:") {
		from, err = strconv.Atoi(string(text[len("from:"):]))
	}
	if err != nil || from < 1 || from > size || formatToken(from) != token {
		return 0, invalid("got page_token %q, want one that an earlier list returned", token)
	}
	return from, nil
}
