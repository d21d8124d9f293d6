using System.Text.RegularExpressions;
using Hl7.Fhir.Model;

namespace HpdCds.Sandbox.Fhir;

/// <summary>One parameter of a query: a resource matches when any of its values meets any of the alternatives.</summary>
public sealed partial class SearchCriterion
{
    private readonly SearchParameter _parameter;
    private readonly Func<SearchValue, bool>[] _alternatives;

    private SearchCriterion(SearchParameter parameter, IEnumerable<Func<SearchValue, bool>> alternatives) =>
        (_parameter, _alternatives) = (parameter, [.. alternatives]);

    /// <exception cref="FhirProblemException">The value cannot be read, or the modifier is not one we know.</exception>
    public static SearchCriterion Parse(SearchParameter parameter, string? modifier, string value)
    {
        var alternatives = SplitUnescaped(value, ',').Where(text => text.Length > 0).Select(text => Test(parameter, modifier, text));
        return new(parameter, alternatives);
    }

    public bool Matches(StoredResource resource)
    {
        foreach (var value in resource.ValuesOf(_parameter))
        {
            if (Array.Exists(_alternatives, test => test(value)))
                return true;
        }
        return false;
    }

    private static Func<SearchValue, bool> Test(SearchParameter parameter, string? modifier, string text) => (parameter.Type, modifier) switch
    {
        (SearchParamType.Token, null) => TokenTest(text),
        (SearchParamType.Reference, null) => ReferenceTest(null, Unescape(text)),
        (SearchParamType.Reference, { } type) when ModelInfo.IsKnownResource(type) => ReferenceTest(type, Unescape(text)),
        (SearchParamType.Date, null) => DateTest(parameter.Code, text),
        (SearchParamType.String, null) => TextTest(Unescape(text), static (value, wanted) => value.StartsWith(wanted, StringComparison.OrdinalIgnoreCase)),
        (SearchParamType.String, "exact") => TextTest(Unescape(text), static (value, wanted) => string.Equals(value, wanted, StringComparison.Ordinal)),
        (SearchParamType.String, "contains") => TextTest(Unescape(text), static (value, wanted) => value.Contains(wanted, StringComparison.OrdinalIgnoreCase)),
        _ => throw FhirProblemException.Invalid($"The parameter '{parameter.Code}' has a modifier that is not supported."),
    };

    private static Func<SearchValue, bool> TokenTest(string text)
    {
        var parts = SplitUnescaped(text, '|').Select(Unescape).ToArray();
        return parts switch
        {
            [var code] => value => value is SearchValue.Token token && token.Code == code,
            ["", var code] => value => value is SearchValue.Token { System: null } token && token.Code == code,
            [var system, ""] => value => value is SearchValue.Token token && token.System == system,
            [var system, var code] => value => value is SearchValue.Token token && token.Code == code && (!token.HasSystem || token.System == system),
            _ => throw FhirProblemException.Invalid("A token has at most one unescaped '|'."),
        };
    }

    private static Func<SearchValue, bool> ReferenceTest(string? type, string text)
    {
        if (text.Contains("://", StringComparison.Ordinal))
            return value => value is SearchValue.Reference reference && reference.Literal == text;
        var (writtenType, id) = SearchValue.Reference.Parse(text);
        var wanted = type ?? writtenType;
        return value => value is SearchValue.Reference { Target: var target } && target.Id == id && (wanted is null || target.Type == wanted);
    }

    private static Func<SearchValue, bool> DateTest(string name, string text)
    {
        var prefix = text.Length > 2 && char.IsAsciiLetter(text[0]) ? text[..2] : "eq";
        var wanted = DateRange.TryParse(text.StartsWith(prefix, StringComparison.Ordinal) ? text[2..] : text)
            ?? throw FhirProblemException.Invalid($"The value of '{name}' is not a FHIR date.");
        Func<DateRange, bool> test = prefix switch
        {
            "eq" => wanted.Contains,
            "ne" => range => !wanted.Contains(range),
            "lt" => range => range.Start < wanted.Start,
            "le" => range => range.Start < wanted.Start || wanted.Contains(range),
            "gt" => range => range.End > wanted.End,
            "ge" => range => range.End > wanted.End || wanted.Contains(range),
            _ => throw FhirProblemException.Invalid($"The value of '{name}' has a prefix that is not supported."),
        };
        return value => value is SearchValue.Date date && test(date.Range);
    }

    private static Func<SearchValue, bool> TextTest(string wanted, Func<string, string, bool> compare) =>
        value => value is SearchValue.Text text && compare(text.Value, wanted);

    /// <summary>FHIR escapes <c>, | $ \</c> with a backslash.</summary>
    private static IEnumerable<string> SplitUnescaped(string text, char separator)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == separator)
            {
                yield return text[start..i];
                start = i + 1;
            }
        }
        yield return text[start..];
    }

    private static string Unescape(string text) => Escaped().Replace(text, "${kept}");

    [GeneratedRegex(@"\\(?<kept>[,|$\\])", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Escaped();
}
