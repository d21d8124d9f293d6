namespace HpdCds.Knowledge;

/// <summary>Finds names in free text: Latin names as whole words in any case, Chinese names, which have no spaces, anywhere.</summary>
public static class DrugText
{
    public static bool Contains(string text, string name)
    {
        for (var at = text.IndexOf(name, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(name, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            if (IsWhole(text, at, name))
                return true;
        }

        return false;
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
