namespace HpdCds.Clinical.Tests;

public sealed class RegimenTests
{
    [Theory]
    [InlineData(Regimen.Pd1, "pd1", DrugTarget.Pd1)]
    [InlineData(Regimen.Pd1, "pd1", DrugTarget.PdL1)]
    [InlineData(Regimen.Pd1, "pd1", DrugTarget.Pd1, DrugTarget.PdL1)]
    [InlineData(Regimen.Pd1Vegf, "pd1-vegf", DrugTarget.PdL1, DrugTarget.Vegf)]
    [InlineData(Regimen.Pd1Vegf, "pd1-vegf", DrugTarget.Vegf, DrugTarget.Pd1)]
    [InlineData(Regimen.Pd1Tki, "pd1-tki", DrugTarget.Pd1, DrugTarget.Tki)]
    [InlineData(Regimen.Pd1Tki, "pd1-tki", DrugTarget.Pd1, DrugTarget.Tki, DrugTarget.Tki)]
    [InlineData(Regimen.Pd1Ctla4, "pd1-ctla4", DrugTarget.PdL1, DrugTarget.Ctla4)]
    [InlineData(Regimen.Other, "other", DrugTarget.Pd1, DrugTarget.Lag3)]
    [InlineData(Regimen.Other, "other", DrugTarget.Ctla4)]
    [InlineData(Regimen.Other, "other", DrugTarget.Lag3)]
    [InlineData(Regimen.Other, "other", DrugTarget.Ctla4, DrugTarget.Lag3)]
    [InlineData(Regimen.Other, "other", DrugTarget.Ctla4, DrugTarget.Vegf)]
    [InlineData(Regimen.Other, "other", DrugTarget.Pd1, DrugTarget.Vegf, DrugTarget.Tki)]
    [InlineData(Regimen.Other, "other", DrugTarget.Pd1, DrugTarget.Ctla4, DrugTarget.Vegf)]
    [InlineData(Regimen.Other, "other")]
    public void The_regimen_is_read_from_the_targets_of_its_drugs(Regimen expected, string code, params DrugTarget[] targets)
    {
        Assert.Equal(expected, Regimens.Of(targets));
        Assert.Equal(code, Regimens.Of(targets.Reverse()).Code());
    }
}
