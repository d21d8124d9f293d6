namespace HpdCds.Knowledge;

/// <summary>Finds names in free text: Latin names as whole words in any case, Chinese names, which have no spaces, anywhere.</summary>
public static class DrugText
{
    public static bool Contains(string text, string name) => IndexOf(text, name, 0) >= 0;

    /// <summary>Where the name next stands as a whole; below 0 when it does not.</summary>
    public static int IndexOf(string text, string name, int from)
    {
        for (var at = text.IndexOf(name, from, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(name, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            if (IsWhole(text, at, name))
                return at;
        }

        return -1;
    }

    /// <summary>Where the name stands last as a whole; below 0 when it does not.</summary>
    public static int LastIndexOf(string text, string name)
    {
        var last = -1;
        for (var at = IndexOf(text, name, 0); at >= 0; at = IndexOf(text, name, at + 1))
            last = at;
        return last;
    }

    /// <summary>The Latin words of a text. A hyphen ends a word, so that "xyzlimab-abcd" gives "xyzlimab".</summary>
    public static IEnumerable<string> Words(string text)
    {
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var inWord = i < text.Length && IsLatin(text[i]);
            if (inWord && start < 0)
                start = i;
            if (inWord || start < 0)
                continue;
            yield return text[start..i];
            start = -1;
        }
    }

    private static bool IsWhole(string text, int at, string name)
    {
        var end = at + name.Length;
        var startsInside = at > 0 && IsLatin(name[0]) && IsLatin(text[at - 1]);
        var endsInside = end < text.Length && IsLatin(name[^1]) && IsLatin(text[end]);
        return !startsInside && !endsInside;
    }

    /// <summary>Letters and digits up to the end of the Latin blocks: a Chinese character beside a name is a boundary.</summary>
    private static bool IsLatin(char c) => c < '\u0250' && char.IsLetterOrDigit(c);
}
