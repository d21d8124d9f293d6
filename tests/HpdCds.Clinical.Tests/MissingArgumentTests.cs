using static HpdCds.Clinical.Tests.Patients;

namespace HpdCds.Clinical.Tests;

public sealed class MissingArgumentTests
{
    [Fact]
    public void A_missing_argument_is_named()
    {
        AssertNamed("measure", () => Finding.Of<Albumin>(null!));
        AssertNamed("measure", () => Finding.AgainstLimit<LactateDehydrogenase>(null!, 250));
        AssertNamed("other", () => Measured<Albumin>(40).Against(null!));
        AssertNamed("other", () => Finding.Presence(present: true).Against(null!));
        AssertNamed("bilirubin", () => AlbiScore.From(null!, Measured<Albumin>(40)));
        AssertNamed("albumin", () => AlbiScore.From(Measured<Bilirubin>(10), null!));
        AssertNamed("neutrophils", () => NeutrophilLymphocyteRatio.From(null!, Measured<Lymphocytes>(1)));
        AssertNamed("lymphocytes", () => NeutrophilLymphocyteRatio.From(Measured<Neutrophils>(4), null!));
        AssertNamed("neutrophils", () => NeutrophilLymphocyteRatio.From(null!, Measured<DifferentialShare>(1)));
        AssertNamed("lymphocytes", () => NeutrophilLymphocyteRatio.From(Measured<DifferentialShare>(40), null!));
        AssertNamed("parts", () => ChildPughScore.From(null!, new ChildPughCutOffs((2, 3), (3.5m, 2.8m), (1.7m, 2.3m))));
        AssertNamed("cutOffs", () => ChildPughScore.From(
            new ChildPughParts(Known(Measured<Bilirubin>(10)), Known(Measured<Albumin>(45)), Known(Measured<ProthrombinRatio>(1)), Known(ComplicationGrade.None), Known(ComplicationGrade.None), IsAnticoagulated: false), null!));
        AssertNamed("model", () => RiskAssessment.Of(null!, Well()));
        AssertNamed("facts", () => RiskAssessment.Of(HccModel.Model, null!));
        AssertNamed("row", () => RiskAssessment.HasFeature(null!));
        AssertNamed("domain", () => HccModel.Model.DomainTotal(null!, _ => default));
        AssertNamed("factor", () => FactorAssessment.Of(null!, Yes()));
        AssertNamed("fact", () => FactorAssessment.Of(HccModel.Factor("nlr"), null!));
        AssertNamed("derive", () => Yes().Map<string>(null!));
    }

    private static void AssertNamed(string name, Action call) => Assert.Throws<ArgumentNullException>(name, call);
}
