package identities

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user/rule"
)

// judgeToken returns the rules that the token of a request breaks. It reads the
// token's claims and verifies nothing.
func judgeToken(token string, c Caller) (broken []rule.ID) {
	parts := strings.SplitN(token, ".", 4)
	if len(parts) != 3 {
		return []rule.ID{rule.LinkToken}
	}
	header, ok := claims(parts[0])
	payload, ok2 := claims(parts[1])
	if !ok || !ok2 {
		return []rule.ID{rule.LinkToken}
	}
	is := func(id rule.ID, broke bool) {
		if broke {
			broken = append(broken, id)
		}
	}
	audience, valid := audienceOf(payload)
	is(rule.LinkTokenAudience, !valid)
	sub, has := payload.Get("sub")
	is(rule.LinkTokenNoSubject, !has)
	text, isText := sub.Str()
	is(rule.LinkTokenSubject, has && (!isText || text == ""))
	alg, _ := header.Get("alg")
	name, _ := alg.Str()
	is(rule.LinkTokenAlgorithm, name != "RS256")
	iss, _ := payload.Get("iss")
	issuer, _ := iss.Str()
	is(rule.LinkTokenIssuer, c.Issuer != "" && issuer != c.Issuer)
	is(rule.LinkTokenParty, c.Party != "" && valid && !slices.Contains(audience, c.Party))
	return broken
}

// claims reads one part of a token.
func claims(part string) (metadata.Object, bool) {
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return metadata.Object{}, false
	}
	o, err := metadata.Parse(text)
	return o, err == nil
}

// audienceOf returns the aud of a token, a text or a list of texts.
func audienceOf(o metadata.Object) (list []string, ok bool) {
	aud, _ := o.Get("aud")
	if s, isText := aud.Str(); isText {
		return []string{s}, s != ""
	}
	for e := range aud.Elements() {
		s, isText := e.Str()
		if !isText {
			return nil, false
		}
		list = append(list, s)
	}
	return list, len(list) > 0
}
