using HpdCds.Clinical;

namespace HpdCds.Tests.Cases;

/// <summary>Counts from <c>shows</c> what has a golden case, so that a gap or a slip of the pen is seen.</summary>
public sealed class CaseCoverageTests(ITestOutputHelper output)
{
    /// <summary>The rows of the table in section 6 of the clinical model, the exception beneath it, and both kinds of 412.</summary>
    private static readonly string[] Situations =
        ["none", "quiet", "raised", "high", "differing", "cannot-assess", "412", "412-as-card"];

    /// <summary>The rows of the decision matrix for a prefetch key, its compound rows taken apart.</summary>
    private static readonly string[] MatrixRows =
        ["absent", "null", "empty", "no-results", "matches", "next", "partial", "outcome-error", "wrong-patient", "wrong-type", "not-fhir"];

    private static readonly string[] Required =
    [
        .. Enum.GetValues<UnknownReason>().Select(reason => $"UnknownReason:{reason.Code()}"),
        .. MatrixRows.SelectMany(row => new[] { $"Matrix:{row}-token", $"Matrix:{row}-no-token" }),
        "Matrix:absent-token-fails",
        .. Situations.Select(situation => $"Situation:{situation}"),
    ];

    [Fact]
    [Trait("Req", "PFD-01")]
    public void Every_unknown_reason_matrix_cell_and_situation_has_a_case()
    {
        var shown = GoldenCase.All.SelectMany(golden => golden.Shows).ToHashSet(StringComparer.Ordinal);
        var missing = Required.Except(shown, StringComparer.Ordinal).ToArray();
        output.WriteLine($"{GoldenCase.All.Count} cases; without a case: {(missing.Length == 0 ? "nothing" : string.Join(", ", missing))}");
        Assert.Empty(missing);
    }

    /// <summary>The rows of the table that says which service speaks, and the situations in which this one does not.</summary>
    [Fact]
    public void Every_row_of_who_speaks_and_every_vector_of_growth_has_a_case()
    {
        var answers = GoldenCase.OfGrowth.Select(golden => golden.Expected["body"]!["extension"]!["org.hpdcds.assessment"]!).ToArray();
        string[] silent = ["first-dose", "exposure-unknown", "child", "perioperative", "patient-user"];
        Assert.Empty(Enum.GetValues<HpdCds.Hooks.TreatmentSituation>().Select(situation => Kebab.Case(situation.ToString())).Except(["first-dose"])
            .Except(answers.Select(answer => (string?)answer["growth"]?["situation"]), StringComparer.Ordinal));
        Assert.Empty(silent.Except(answers.Select(answer => answer["outOfScope"]?.GetValueKind() == System.Text.Json.JsonValueKind.String ? (string?)answer["outOfScope"] : null), StringComparer.Ordinal));
        Assert.All("abcde", vector => Assert.Contains(GoldenCase.OfGrowth, golden => golden.Name.StartsWith($"growth-vector-{vector}-", StringComparison.Ordinal)));
    }

    [Fact]
    public void No_case_shows_something_that_does_not_exist() =>
        Assert.Empty(GoldenCase.All.SelectMany(golden => golden.Shows.Except(Required, StringComparer.Ordinal).Select(slip => $"{golden.Name}: {slip}")));

    [Fact]
    public void Every_case_cites_the_line_of_the_clinical_model_that_it_shows() =>
        Assert.Empty(GoldenCase.Every.Where(golden => !golden.Cites.Any()).Select(golden => golden.Name));
}
