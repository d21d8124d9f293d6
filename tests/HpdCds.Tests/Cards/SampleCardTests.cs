using HpdCds.Tests.Cases;
using HpdCds.Tests.Knowledge;

namespace HpdCds.Tests.Cards;

/// <summary>
/// Six cards in each language as a person reads them, for a clinician to sign: the first line of each file says who did.
/// With <c>HPDCDS_REWRITE_CASES=1</c> they are rewritten, and a card that changed needs its signature again.
/// </summary>
public sealed class SampleCardTests(CaseServers servers)
{
    private const string SignOff = "<!-- signed off: ";
    private const string Pending = SignOff + "pending clinical review -->\n";

    private static readonly bool Rewrite = Environment.GetEnvironmentVariable("HPDCDS_REWRITE_CASES") == "1";

    /// <summary>The sample and the golden case whose request it answers.</summary>
    private static readonly (string Sample, string Case)[] Samples =
    [
        ("raised", "ascites-moderate"),
        ("high", "high-all-seven-review-features"),
        ("differing", "differing-the-example-of-the-model"),
        ("cannot-be-assessed", "cannot-assess-no-blood-count-no-liver-tests"),
        ("tumour-not-found", "tumour-not-found"),
        ("other-solid-tumour", "solid-several-factors"),
    ];

    public static TheoryData<string, string, string> All =>
        [.. GoldenCards.Languages.SelectMany(language => Samples.Select(sample => new TheoryDataRow<string, string, string>(language, sample.Sample, sample.Case)))];

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_sample_card_reads_as_it_was_reviewed(string language, string sample, string goldenCase)
    {
        var card = await servers.CardOfAsync(GoldenCase.Named(goldenCase), language);
        Assert.NotNull(card);
        var read = $"# {card["summary"]}\n\n`{card["indicator"]}` {card["source"]!["label"]}\n\n{card["detail"]}\n";
        var file = Path.Combine(Profiles.RepositoryFolder("tests/HpdCds.Tests/Cards/Samples"), language, sample + ".md");
        if (Rewrite && (!File.Exists(file) || Signed(file).Text != read))
            await WriteAsync(file, Pending + read);
        var (signature, text) = Signed(file);
        Assert.StartsWith(SignOff, signature, StringComparison.Ordinal);
        Assert.Equal(read, text);
    }

    [Fact]
    public void Every_sample_file_is_compared() =>
        Assert.Equal(
            All.Select(row => $"{row.Data.Item1}/{row.Data.Item2}.md").Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(Profiles.RepositoryFolder("tests/HpdCds.Tests/Cards/Samples"), "*", SearchOption.AllDirectories)
                .Select(file => $"{Path.GetFileName(Path.GetDirectoryName(file))}/{Path.GetFileName(file)}").Order(StringComparer.Ordinal));

    private static (string Signature, string Text) Signed(string file)
    {
        var whole = File.ReadAllText(file);
        var end = whole.IndexOf('\n', StringComparison.Ordinal) + 1;
        return (whole[..end], whole[end..]);
    }

    private static Task WriteAsync(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        return File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
    }
}
