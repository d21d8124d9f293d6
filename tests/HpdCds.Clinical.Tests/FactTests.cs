using static HpdCds.Clinical.Tests.Patients;

namespace HpdCds.Clinical.Tests;

public sealed class FactTests
{
    private static readonly SeenValue Seen = new("6.1", "10*9/L", null, "Observation/old");

    [Fact]
    public void A_known_fact_gives_its_value_and_its_source()
    {
        var fact = Known(42);

        Assert.Equal(FactState.Known, fact.State);
        Assert.Equal((42, Source), fact.Match((value, source) => (value, source), _ => default, _ => default, _ => default));
    }

    [Fact]
    public void A_presumed_absence_gives_its_rule()
    {
        Fact<int> fact = new Fact<int>.PresumedAbsent(Rule);

        Assert.Equal(FactState.PresumedAbsent, fact.State);
        Assert.Same(Rule, fact.Match<ClosedWorldRule?>((_, _) => null, rule => rule, _ => null, _ => null));
    }

    [Fact]
    public void An_unknown_fact_gives_its_reason_its_datum_and_what_was_seen()
    {
        Fact<int> fact = new Fact<int>.Unknown(UnknownReason.TooOld, "lymphocytes", Seen);

        Assert.Equal(FactState.Unknown, fact.State);
        Assert.Equal(
            (UnknownReason.TooOld, "lymphocytes", Seen),
            fact.Match<(UnknownReason, string?, SeenValue?)?>((_, _) => null, _ => null, unknown => (unknown.Reason, unknown.Datum, unknown.Seen), _ => null));
    }

    [Fact]
    public void A_fact_that_does_not_arise_says_why()
    {
        Fact<int> fact = new Fact<int>.NotApplicable("not-tested");

        Assert.Equal(FactState.NotApplicable, fact.State);
        Assert.Equal("not-tested", fact.Match<string?>((_, _) => null, _ => null, _ => null, why => why));
    }

    [Fact]
    public void Deriving_changes_the_value_and_nothing_else()
    {
        Assert.Equal(new Fact<string>.Known("42", Source), Known(42).Map(value => $"{value}"));
        Assert.Equal(new Fact<string>.PresumedAbsent(Rule), new Fact<int>.PresumedAbsent(Rule).Map(value => $"{value}"));
        Assert.Equal(Source, ((Fact<string>.PresumedAbsent)new Fact<int>.PresumedAbsent(Rule) { Place = Source }.Map(value => $"{value}")).Place);
        Assert.Equal(
            new Fact<string>.Unknown(UnknownReason.TooOld, "lymphocytes", Seen),
            new Fact<int>.Unknown(UnknownReason.TooOld, "lymphocytes", Seen).Map(value => $"{value}"));
        Assert.Equal(new Fact<string>.NotApplicable("not-tested"), new Fact<int>.NotApplicable("not-tested").Map(value => $"{value}"));
    }

    [Fact]
    public void A_mark_is_kept_once_and_in_the_order_in_which_it_came()
    {
        var marked = Source.With(Mark.Converted).With(Mark.Preliminary).With(Mark.Converted);

        Assert.Equal([Mark.Converted, Mark.Preliminary], marked.Marks);
        Assert.Empty(Source.Marks);
    }

    [Fact]
    public void Provenances_are_equal_when_their_contents_are()
    {
        var marked = Source.With(Mark.Converted);

        Assert.Equal(marked, Source.With(Mark.Converted));
        Assert.Equal(marked.GetHashCode(), Source.With(Mark.Converted).GetHashCode());
        Assert.NotEqual(marked.GetHashCode(), Source.GetHashCode());
        Assert.NotEqual(marked, Source.With(Mark.Preliminary));
        Assert.NotEqual(marked, marked with { Source = "Observation/2" });
        Assert.NotEqual(marked, marked with { When = null });
        Assert.False(marked.Equals(null));
    }

    [Theory]
    [InlineData(UnknownReason.NotRecorded, "not-recorded")]
    [InlineData(UnknownReason.NotSupplied, "not-supplied")]
    [InlineData(UnknownReason.NotAuthorised, "not-authorised")]
    [InlineData(UnknownReason.SourceFailed, "source-failed")]
    [InlineData(UnknownReason.Truncated, "truncated")]
    [InlineData(UnknownReason.TooOld, "too-old")]
    [InlineData(UnknownReason.UnknownUnit, "unknown-unit")]
    [InlineData(UnknownReason.CodeUnitConflict, "code-unit-conflict")]
    [InlineData(UnknownReason.Implausible, "implausible")]
    [InlineData(UnknownReason.NoReferenceRange, "no-reference-range")]
    [InlineData(UnknownReason.ImpreciseDate, "imprecise-date")]
    [InlineData(UnknownReason.Conflicting, "conflicting")]
    [InlineData(UnknownReason.BoundOnly, "bound-only")]
    [InlineData(UnknownReason.ConversionUncertain, "conversion-uncertain")]
    [InlineData(UnknownReason.Ambiguous, "ambiguous")]
    [InlineData(UnknownReason.NotPaired, "not-paired")]
    [InlineData(UnknownReason.ComponentUnknown, "component-unknown")]
    [InlineData(UnknownReason.Confounded, "confounded")]
    public void Every_reason_has_its_code(UnknownReason reason, string code) => Assert.Equal(code, reason.Code());

    [Fact]
    public void There_are_nineteen_reasons() => Assert.Equal(19, Enum.GetValues<UnknownReason>().Length);

    [Theory]
    [InlineData("TextDerived", "text-derived")]
    [InlineData("GCsf", "g-csf")]
    [InlineData("Tace", "tace")]
    [InlineData("", "")]
    public void Names_become_kebab_case(string name, string code) => Assert.Equal(code, Kebab.Case(name));

    [Fact]
    public void A_name_that_nobody_asked_for_before_becomes_kebab_case_too()
    {
        var fresh = Guid.NewGuid().ToString("N");

        Assert.Equal($"newer-result{fresh}", Kebab.Case($"NewerResult{fresh}"));
    }

    [Fact]
    public void A_value_without_a_name_is_told_by_its_number() => Assert.Equal("99", Kebab.Case((Mark)99));

    [Fact]
    public void No_name_is_a_fault_of_the_caller() => Assert.Throws<ArgumentNullException>("pascalCase", () => Kebab.Case(null!));
}
