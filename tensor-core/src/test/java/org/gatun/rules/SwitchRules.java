package org.gatun.rules;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.BindingPatternTree;
import com.sun.source.tree.BlockTree;
import com.sun.source.tree.CaseLabelTree;
import com.sun.source.tree.CaseTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ConstantCaseLabelTree;
import com.sun.source.tree.DeconstructionPatternTree;
import com.sun.source.tree.DefaultCaseLabelTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.PatternCaseLabelTree;
import com.sun.source.tree.StatementTree;
import com.sun.source.tree.SwitchExpressionTree;
import com.sun.source.tree.SwitchTree;
import com.sun.source.tree.ThrowTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.UnaryTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * Finds the switches by which an operation could come to lack a rule unnoticed: those with a default arm, with a pattern that
 * takes every operation, or with an arm that only throws. Then the compiler could no longer refuse a new operation that an
 * interpreter does not know. Switches over numbers and strings, which cannot be exhaustive, may have a default arm. The number
 * of bytes of a dtype is none of those numbers: a choice by it, in a switch or a comparison with a literal, would read a new
 * dtype as another one, where a switch over the dtype itself does not compile.
 */
final class SwitchRules extends TreeScanner<Void, Void> {
    /** How a switch lets an operation through. */
    enum Kind {
        /** An arm that takes operations it does not name. */
        OPEN("an arm for operations it does not name"),
        /** An arm that names an operation and refuses it. */
        THROWING("an arm that only throws"),
        /** A choice by the size of an element, which takes a dtype of a size it does not name for another. */
        SIZED("a choice by the size of an element, not by its dtype");

        private final String description;

        Kind(String description) {
            this.description = description;
        }
    }

    record Violation(Kind kind, String file, long line, String code) {
        @Override
        public String toString() {
            return file + ":" + line + " has " + kind.description + ": " + code;
        }
    }

    private final CompilationUnitTree unit;
    private final SourcePositions positions;
    private final List<Violation> violations = new ArrayList<>();
    /** The names of variables that hold the size of an element. */
    private final Set<String> sizes = new HashSet<>(Set.of("bytes"));

    private SwitchRules(CompilationUnitTree unit, SourcePositions positions) {
        this.unit = unit;
        this.positions = positions;
    }

    /** What is wrong in a source file, each with the line it is on. */
    static List<Violation> violations(JavaFileObject source) throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var task = (JavacTask) compiler.getTask(null, null, null, List.of("-proc:none"), null, List.of(source));
        var found = new ArrayList<Violation>();
        for (CompilationUnitTree unit : task.parse()) {
            var rules = new SwitchRules(unit, Trees.instance(task).getSourcePositions());
            rules.scan(unit, null);
            found.addAll(rules.violations);
        }
        return found;
    }

    @Override
    public Void visitVariable(VariableTree tree, Void unused) {
        if (isSize(tree.getInitializer())) {
            sizes.add(tree.getName().toString());
        }
        return super.visitVariable(tree, null);
    }

    @Override
    public Void visitSwitch(SwitchTree tree, Void unused) {
        check(tree, tree.getExpression(), tree.getCases());
        return super.visitSwitch(tree, null);
    }

    @Override
    public Void visitSwitchExpression(SwitchExpressionTree tree, Void unused) {
        check(tree, tree.getExpression(), tree.getCases());
        return super.visitSwitchExpression(tree, null);
    }

    @Override
    public Void visitBinary(BinaryTree tree, Void unused) {
        boolean compares = tree.getKind() == Tree.Kind.EQUAL_TO || tree.getKind() == Tree.Kind.NOT_EQUAL_TO;
        if (compares && isSize(tree.getLeftOperand()) && tree.getRightOperand() instanceof LiteralTree) {
            report(tree, Kind.SIZED);
        }
        return super.visitBinary(tree, null);
    }

    /** Whether an expression is the size of an element: a call of {@code bytes()}, or a variable that holds one. */
    private boolean isSize(@Nullable ExpressionTree expression) {
        return switch (expression) {
            case ParenthesizedTree inner -> isSize(inner.getExpression());
            case IdentifierTree name -> sizes.contains(name.getName().toString());
            case MemberSelectTree field -> sizes.contains(field.getIdentifier().toString());
            case MethodInvocationTree call ->
                call.getArguments().isEmpty()
                        && call.getMethodSelect() instanceof MemberSelectTree method
                        && method.getIdentifier().contentEquals("bytes");
            case null, default -> false;
        };
    }

    private void check(Tree tree, ExpressionTree selector, List<? extends CaseTree> cases) {
        if (isSize(selector)) {
            report(tree, Kind.SIZED);
            return;
        }
        boolean overLiterals = cases.stream()
                .flatMap(arm -> arm.getLabels().stream())
                .anyMatch(label -> label instanceof ConstantCaseLabelTree constant && isLiteral(constant));
        for (CaseTree arm : cases) {
            for (CaseLabelTree label : arm.getLabels()) {
                if ((label instanceof DefaultCaseLabelTree && !overLiterals)
                        || (label instanceof PatternCaseLabelTree pattern && takesEverything(pattern))) {
                    report(arm, Kind.OPEN);
                } else if (label instanceof PatternCaseLabelTree pattern && isOperation(pattern) && onlyThrows(arm)) {
                    report(arm, Kind.THROWING);
                }
            }
        }
    }

    private static boolean isLiteral(ConstantCaseLabelTree label) {
        Tree constant = label.getConstantExpression();
        return (constant instanceof LiteralTree literal && literal.getKind() != Tree.Kind.NULL_LITERAL)
                || constant instanceof UnaryTree;
    }

    private static boolean takesEverything(PatternCaseLabelTree label) {
        return switch (label.getPattern()) {
            case BindingPatternTree binding ->
                String.valueOf(binding.getVariable().getType()).equals("Op");
            case DeconstructionPatternTree deconstruction -> false;
            default -> true; // the unnamed pattern
        };
    }

    /** Whether a pattern names a record nested in {@code Op}, as all operations are. */
    private static boolean isOperation(PatternCaseLabelTree label) {
        String type = switch (label.getPattern()) {
            case BindingPatternTree binding ->
                String.valueOf(binding.getVariable().getType());
            case DeconstructionPatternTree deconstruction ->
                deconstruction.getDeconstructor().toString();
            default -> "";
        };
        return type.startsWith("Op.");
    }

    private static boolean onlyThrows(CaseTree arm) {
        List<? extends StatementTree> statements = arm.getStatements();
        if (arm.getBody() instanceof BlockTree block) {
            statements = block.getStatements();
        }
        return arm.getBody() instanceof ThrowTree
                || (statements != null && !statements.isEmpty() && statements.getFirst() instanceof ThrowTree);
    }

    private void report(Tree arm, Kind kind) {
        String code = arm.toString().strip().lines().findFirst().orElse("");
        long line = unit.getLineMap().getLineNumber(positions.getStartPosition(unit, arm));
        violations.add(new Violation(kind, unit.getSourceFile().getName(), line, code));
    }
}
